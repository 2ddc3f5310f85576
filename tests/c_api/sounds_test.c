/* Sounds: values, levels, conversion, encoders. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static void TestValues(void) {
  const float values[4] = {0.5f, -1.5f, 2.0f, 0.0f};
  mg_waveform* wave = NULL;
  mg_waveform* mono = NULL;
  CHECK_OK(mg_waveform_new(values, 8000, 2, 2, &wave));
  CHECK(mg_waveform_sample_rate_hz(wave) == 8000);
  CHECK(mg_waveform_channels(wave) == 2);
  CHECK(mg_waveform_samples(wave) == 2);
  CHECK(memcmp(mg_waveform_data(wave), values, sizeof values) == 0);
  CHECK(mg_waveform_count_beyond_full_scale(wave) == 2);
  CHECK_OK(mg_waveform_convert(wave, 0, 1, &mono));
  CHECK(mg_waveform_samples(mono) == 2 && mg_waveform_channels(mono) == 1);
  CHECK(mg_waveform_data(mono)[0] == 1.25f && mg_waveform_data(mono)[1] == -0.75f);
  mg_waveform_free(wave);
  CHECK(mg_waveform_data(mono)[0] == 1.25f);
  mg_waveform_free(mono);
  CHECK_OK(mg_waveform_new(NULL, 8000, 1, 0, &wave));
  CHECK(mg_waveform_samples(wave) == 0 && mg_waveform_data(wave) == NULL);
  mg_waveform_free(wave);
  CHECK(mg_waveform_new(NULL, 8000, 1, 5, &wave) == MG_BAD_INPUT && wave == NULL);
  CHECK(strstr(mg_last_error(), "found NULL") != NULL);
  CHECK(mg_waveform_new(values, 0, 1, 4, &wave) == MG_BAD_INPUT);
  CHECK(mg_waveform_new(values, 8000, 0, 4, &wave) == MG_BAD_INPUT);
  CHECK(mg_waveform_new(values, 8000, 1, -4, &wave) == MG_BAD_INPUT);
  CHECK(mg_waveform_new(values, 8000, INT64_MAX, INT64_MAX, &wave) == MG_BAD_INPUT);
}

static void TestConvert(void) {
  mg_waveform* tone = NewTone(44100, 1, 44100);
  mg_waveform* stereo = NULL;
  CHECK_OK(mg_waveform_convert(tone, 32000, 2, &stereo));
  CHECK(mg_waveform_sample_rate_hz(stereo) == 32000);
  CHECK(mg_waveform_channels(stereo) == 2 && mg_waveform_samples(stereo) == 32000);
  CHECK(fabs(mg_waveform_data(stereo)[16000 + 18] - 0.5) < 0.02);
  CHECK(mg_waveform_convert(stereo, 0, 3, &tone) == MG_BAD_INPUT && tone == NULL);
  mg_waveform_free(stereo);
}

static void TestLevels(void) {
  mg_waveform* tone = NewTone(32000, 1, 32000);
  mg_normalization* how = NULL;
  mg_waveform* louder = NULL;
  int64_t clipped = -1, n;
  float peak = 0;
  CHECK_OK(mg_normalization_new(MG_STRATEGY_PEAK, &how));
  CHECK_OK(mg_normalization_set_peak_clip_headroom_db(how, 6));
  CHECK_OK(mg_waveform_normalize(tone, how, &louder, &clipped));
  for (n = 0; n < mg_waveform_samples(louder); ++n) {
    const float value = (float)fabs(mg_waveform_data(louder)[n]);
    if (value > peak) peak = value;
  }
  CHECK(fabs(peak - 0.501187) < 1e-5 && clipped == 0);
  CHECK(mg_normalization_set_normalize(how, 2) == MG_BAD_INPUT);
  CHECK_OK(mg_normalization_set_normalize(how, 0));
  CHECK(mg_normalization_set_rms_headroom_db(how, NAN) == MG_BAD_INPUT);
  CHECK_OK(mg_normalization_set_rms_headroom_db(how, 20));
  CHECK_OK(mg_normalization_set_loudness_headroom_db(how, 16));
  CHECK_OK(mg_normalization_set_loudness_compressor(how, 0));
  CHECK(mg_normalization_new(7, &how) == MG_BAD_INPUT);
  mg_normalization_free(how);
  mg_waveform_free(louder);
  mg_waveform_free(tone);
}

/* A stream's bytes, put together, of a tone in blocks of 3000 samples. */
static size_t Stream(const mg_encoding* encoding, int64_t samples, uint8_t* to) {
  mg_waveform* tone = NewTone(32000, 1, samples);
  mg_encoder* encoder = NULL;
  mg_bytes* bytes = NULL;
  size_t size = 0;
  int64_t at;
  CHECK_OK(mg_encoder_new(encoding, 32000, 1, samples, &encoder));
  for (at = 0; at <= samples; at += 3000) {
    const int64_t count = samples - at < 3000 ? samples - at : 3000;
    if (at + count < samples) {
      CHECK_OK(mg_encoder_write(encoder, mg_waveform_data(tone) + at, 1, count, &bytes));
    } else {
      mg_bytes* last = NULL;
      CHECK_OK(mg_encoder_write(encoder, mg_waveform_data(tone) + at, 1, count, &last));
      memcpy(to + size, mg_bytes_data(last), mg_bytes_size(last));
      size += mg_bytes_size(last);
      mg_bytes_free(last);
      CHECK_OK(mg_encoder_finish(encoder, &bytes));
    }
    memcpy(to + size, mg_bytes_data(bytes), mg_bytes_size(bytes));
    size += mg_bytes_size(bytes);
    mg_bytes_free(bytes);
  }
  CHECK(mg_encoder_write(encoder, NULL, 1, 0, &bytes) == MG_BAD_INPUT);
  mg_encoder_free(encoder);
  mg_waveform_free(tone);
  return size;
}

static void TestEncoders(void) {
  const int64_t samples = 50000;
  uint8_t* stream = malloc(1 << 20);
  mg_waveform* tone = NewTone(32000, 1, samples);
  mg_audio_format format;
  for (format = MG_FORMAT_WAV; format <= MG_FORMAT_MP3; ++format) {
    mg_encoding* encoding = NULL;
    mg_bytes* whole = NULL;
    mg_waveform* back = NULL;
    mg_waveform* streamed = NULL;
    int64_t rate = 0, channels = 0, count = 0;
    size_t size;
    CHECK_OK(mg_encoding_new(format, &encoding));
    if (format != MG_FORMAT_WAV) CHECK_OK(mg_encoding_set_comment(encoding, "a comment"));
    CHECK_OK(mg_encode_audio(tone, encoding, &whole));
    CHECK_OK(mg_waveform_decode(mg_bytes_data(whole), mg_bytes_size(whole), NULL, 0, 0, &back));
    CHECK_OK(mg_sound_info_decode(mg_bytes_data(whole), mg_bytes_size(whole), "a tone", &rate,
                                  &channels, &count));
    CHECK(rate == mg_waveform_sample_rate_hz(back) && channels == 1);
    CHECK(count == mg_waveform_samples(back));
    if (format == MG_FORMAT_OPUS) {
      mg_encoder* encoder = NULL;
      CHECK(mg_encoder_new(encoding, 32000, 1, -1, &encoder) == MG_UNSUPPORTED && encoder == NULL);
    } else {
      CHECK(count == samples);
      size = Stream(encoding, samples, stream);
      CHECK_OK(mg_waveform_decode(stream, size, NULL, 0, 0, &streamed));
      if (format == MG_FORMAT_OGG) {
        CHECK(size == mg_bytes_size(whole) && memcmp(stream, mg_bytes_data(whole), size) == 0);
      }
      if (format == MG_FORMAT_WAV || format == MG_FORMAT_FLAC) {
        CHECK(mg_waveform_samples(streamed) == samples);
        CHECK(memcmp(mg_waveform_data(streamed), mg_waveform_data(back),
                     (size_t)samples * sizeof(float)) == 0);
      }
      CHECK(mg_waveform_samples(streamed) >= samples);
      mg_waveform_free(streamed);
    }
    mg_waveform_free(back);
    mg_bytes_free(whole);
    mg_encoding_free(encoding);
  }
  mg_waveform_free(tone);
  free(stream);
}

static void TestBitrates(void) {
  mg_waveform* tone = NewTone(32000, 2, 64000);
  mg_audio_format format;
  for (format = MG_FORMAT_OGG; format <= MG_FORMAT_MP3; format += MG_FORMAT_MP3 - MG_FORMAT_OGG) {
    const int32_t rates[3] = {64, 128, 0};
    size_t sizes[3];
    mg_encoding* encoding = NULL;
    int i;
    CHECK_OK(mg_encoding_new(format, &encoding));
    for (i = 0; i < 3; ++i) {
      mg_bytes* bytes = NULL;
      CHECK_OK(mg_encoding_set_bitrate_kbps(encoding, rates[i]));
      CHECK_OK(mg_encode_audio(tone, encoding, &bytes));
      sizes[i] = mg_bytes_size(bytes);
      mg_bytes_free(bytes);
    }
    CHECK(sizes[0] < sizes[1] && sizes[1] < sizes[2]);
    /* two seconds; MP3 keeps what it is told */
    if (format == MG_FORMAT_MP3) CHECK(sizes[1] > 31000 && sizes[1] < 34000);
    CHECK(mg_encoding_set_bitrate_kbps(encoding, -1) == MG_BAD_INPUT);
    mg_encoding_free(encoding);
  }
  mg_waveform_free(tone);
}

void TestSounds(void) {
  TestValues();
  TestConvert();
  TestLevels();
  TestEncoders();
  TestBitrates();
}
