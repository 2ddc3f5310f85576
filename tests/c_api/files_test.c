/* Files: sounds, pictures, codes, chroma. */
#include <stdio.h>
#include <string.h>

#include "check.h"

static void TestSoundFiles(void) {
  mg_waveform* tone = NewTone(16000, 2, 16000);
  mg_encoding* encoding = NULL;
  mg_bytes* bytes = NULL;
  mg_waveform* part = NULL;
  int64_t rate = 0, channels = 0, samples = 0;
  CHECK_OK(mg_encoding_new(MG_FORMAT_WAV, &encoding));
  CHECK_OK(mg_encoding_set_sample_format(encoding, MG_SAMPLES_FLOAT32));
  CHECK(mg_encoding_set_sample_format(encoding, 3) == MG_BAD_INPUT);
  CHECK_OK(mg_encoding_set_comment(encoding, NULL));
  CHECK_OK(mg_encode_audio(tone, encoding, &bytes));
  CHECK_OK(mg_check_destination(Path("new/folder/tone.wav")));
  CHECK(mg_check_destination("/") == MG_BAD_INPUT);
  CHECK_OK(mg_write_file(Path("tone.wav"), mg_bytes_data(bytes), mg_bytes_size(bytes)));
  CHECK(mg_write_file(Path("nowhere/tone.wav"), "x", 1) == MG_FAILURE);
  CHECK_OK(mg_sound_info_read(Path("tone.wav"), &rate, &channels, &samples));
  CHECK(rate == 16000 && channels == 2 && samples == 16000);
  CHECK_OK(mg_sound_info_read(Path("tone.wav"), NULL, NULL, NULL));
  CHECK_OK(mg_waveform_read(Path("tone.wav"), 0.5, 0.25, &part));
  CHECK(mg_waveform_samples(part) == 4000);
  CHECK(memcmp(mg_waveform_data(part), mg_waveform_data(tone) + 8000, 4000 * sizeof(float)) == 0);
  mg_waveform_free(part);
  CHECK_OK(mg_waveform_read(Path("tone.wav"), -0.25, 0, &part));
  CHECK(mg_waveform_samples(part) == 4000);
  mg_waveform_free(part);
  CHECK(mg_waveform_read(Path("tone.wav"), 5, 0, &part) == MG_BAD_INPUT && part == NULL);
  CHECK(mg_waveform_read(Path("none.wav"), 0, 0, &part) == MG_BAD_INPUT);
  CHECK(mg_waveform_decode("no sound", 8, "upload", 0, 0, &part) == MG_BAD_INPUT);
  CHECK(strstr(mg_last_error(), "upload") != NULL);
  CHECK(mg_waveform_decode(NULL, 8, NULL, 0, 0, &part) == MG_BAD_INPUT);
  CHECK(mg_waveform_decode(NULL, 0, NULL, 0, 0, &part) == MG_BAD_INPUT);
  mg_bytes_free(bytes);
  CHECK_OK(mg_plot(tone, &bytes));
  CHECK(memcmp(mg_bytes_data(bytes), "\x89PNG", 4) == 0);
  mg_bytes_free(bytes);
  mg_encoding_free(encoding);
  mg_waveform_free(tone);
}

static void TestCodes(void) {
  const int32_t values[6] = {1, 2, 3, 4, 5, 6};
  mg_codes* codes = NULL;
  mg_codes* back = NULL;
  mg_codes_file* file = NULL;
  const mg_codes* batch[2];
  CHECK_OK(mg_codes_new(values, 2, 3, &codes));
  batch[0] = batch[1] = codes;
  CHECK_OK(mg_codes_write(Path("codes.safetensors"), batch, 2, 50, 32000, 7));
  CHECK(mg_codes_write(Path("none.safetensors"), batch, 2, 50, 32000, 6) == MG_BAD_INPUT);
  CHECK(mg_codes_write(Path("none.safetensors"), NULL, 2, 50, 32000, 7) == MG_BAD_INPUT);
  CHECK_OK(mg_codes_file_read(Path("codes.safetensors"), &file));
  CHECK(mg_codes_file_count(file) == 2);
  CHECK(mg_codes_file_frame_rate_hz(file) == 50);
  CHECK(mg_codes_file_sample_rate_hz(file) == 32000);
  CHECK(mg_codes_file_codebook_size(file) == 7);
  CHECK_OK(mg_codes_file_get(file, 1, &back));
  mg_codes_file_free(file);
  CHECK(mg_codes_codebooks(back) == 2 && mg_codes_frames(back) == 3);
  CHECK(memcmp(mg_codes_data(back), values, sizeof values) == 0);
  CHECK(mg_codes_file_get(file, 2, &back) == MG_BAD_INPUT && back == NULL);
  CHECK(mg_codes_new(values, 0, 3, &back) == MG_BAD_INPUT);
  mg_codes_free(codes);
}

static void TestChroma(void) {
  mg_waveform* tone = NewTone(44100, 1, 88200);
  mg_chroma* chroma = NULL;
  int64_t f;
  CHECK_OK(mg_chroma_extract(tone, MG_REFERENCE_AUTO, NULL, &chroma));
  CHECK(mg_chroma_classes(chroma) == 12 && mg_chroma_frames(chroma) == 16);
  for (f = 2; f < 14; ++f) CHECK(mg_chroma_data(chroma)[f * 12 + 9] == 1); /* A */
  CHECK_OK(mg_chroma_write(chroma, Path("chroma.safetensors")));
  mg_chroma_free(chroma);
  CHECK(mg_chroma_extract(tone, 3, NULL, &chroma) == MG_BAD_INPUT);
  CHECK(mg_chroma_extract(tone, 0, "no/such/model/here", &chroma) == MG_BAD_INPUT);
  CHECK(mg_chroma_new(NULL, 3, 12, &chroma) == MG_BAD_INPUT);
  mg_waveform_free(tone);
}

void TestFiles(void) {
  TestSoundFiles();
  TestCodes();
  TestChroma();
}
