/* Models: options, what their files say, tokens, the codec, scores, conversion. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static int messages = 0;

static void Count(mg_log_level level, const char* message, void* user) {
  CHECK(level == MG_LOG_INFO && strstr(message, "f32") != NULL && user == &messages);
  ++messages;
}

static void TestOptions(void) {
  mg_model_options* options = NULL;
  mg_model* model = NULL;
  CHECK(mg_model_options_new(NULL, &options) == MG_BAD_INPUT);
  CHECK_OK(mg_model_options_new("/no/such/model", &options));
  CHECK_OK(mg_model_options_set_text_encoder(options, NULL));
  CHECK_OK(mg_model_options_set_codec(options, NULL));
  CHECK(mg_model_options_set_precision(options, 6) == MG_BAD_INPUT);
  CHECK(mg_model_options_set_reference(options, -1) == MG_BAD_INPUT);
  CHECK_OK(mg_model_options_set_strict(options, 1));
  CHECK_OK(mg_model_options_set_max_streams(options, 4));
  CHECK_OK(mg_model_options_set_cache_bytes(options, 1 << 20));
  CHECK(mg_model_open(options, &model) == MG_BAD_INPUT && model == NULL);
  CHECK_OK(mg_model_options_set_threads(options, 257));
  CHECK(mg_model_open(options, &model) == MG_BAD_INPUT);
  CHECK_OK(mg_model_options_set_threads(options, 1));
  CHECK_OK(mg_model_options_set_device(options, "abacus"));
  CHECK(mg_model_open(options, &model) == MG_UNSUPPORTED);
  mg_model_options_free(options);
}

static void TestInfo(mg_model* model) {
  uint64_t f32 = 0, q8 = 0;
  CHECK(strcmp(mg_model_type(model), "musicgen") == 0);
  CHECK(strstr(mg_model_path(model), "hf-tiny-mono") != NULL);
  CHECK(mg_model_licence(model) != NULL);
  CHECK(strcmp(mg_model_file_dtype(model), "F32") == 0);
  CHECK(mg_model_precision(model) == MG_PRECISION_F32);
  CHECK(strcmp(mg_precision_name(mg_model_precision(model)), "f32") == 0);
  CHECK(mg_precision_name(17) == NULL);
  CHECK(mg_model_threads(model) == 2);
  CHECK(mg_model_sample_rate_hz(model) == 32000 && mg_model_frame_rate_hz(model) == 50);
  CHECK(mg_model_hop_samples(model) == 640 && mg_model_audio_channels(model) == 1);
  CHECK(mg_model_codebooks(model) == 4 && mg_model_codebook_size(model) > 0);
  CHECK(mg_model_max_duration_s(model) == 30);
  CHECK(mg_model_temperature(model) == 1 && mg_model_top_k(model) == 250);
  CHECK(mg_model_top_p(model) == 0 && mg_model_cfg_coef(model) == 3);
  CHECK(mg_model_hidden_size(model) > 0 && mg_model_layers(model) > 0);
  CHECK(mg_model_heads(model) > 0 && mg_model_ffn_dim(model) > 0);
  CHECK(mg_model_text_width(model) > 0 && mg_model_text_layers(model) > 0);
  CHECK(mg_model_text_vocabulary(model) > 0);
  CHECK(mg_model_lm_parameters(model) > 0 && mg_model_text_parameters(model) > 0);
  CHECK(mg_model_codec_parameters(model) > 0);
  CHECK_OK(mg_model_memory_need(model, MG_PRECISION_F32, &f32, NULL));
  CHECK_OK(mg_model_memory_need(model, MG_PRECISION_Q8, &q8, NULL));
  CHECK(f32 > q8 && q8 > 0);
  CHECK(mg_model_memory_need(model, MG_PRECISION_AUTO, &q8, NULL) == MG_BAD_INPUT);
  CHECK(mg_model_warning_count(model) == 0 && mg_model_warning(model, 0) == NULL);
}

static void TestTokens(mg_model* model) {
  int32_t ids[64];
  size_t count = 0, again = 0;
  CHECK_OK(mg_model_tokenize(model, "80s pop track", NULL, 0, &count));
  CHECK(count > 1 && count < 64);
  CHECK_OK(mg_model_tokenize(model, "80s pop track", ids, 64, &again));
  CHECK(again == count && ids[count - 1] == 1);
  CHECK(mg_model_tokenize(model, NULL, ids, 64, &count) == MG_BAD_INPUT);
  CHECK(mg_model_tokenize(model, "x", NULL, 64, &count) == MG_BAD_INPUT);
}

static void TestCodecAndScore(mg_model* model) {
  mg_waveform* tone = NewTone(44100, 2, 44100);
  mg_waveform* sound = NULL;
  mg_codes* codes = NULL;
  mg_score* score = NULL;
  mg_request* request = NewRequest("80s pop track", 1);
  CHECK_OK(mg_model_encode(model, tone, &codes));
  CHECK(mg_codes_codebooks(codes) == 4 && mg_codes_frames(codes) == 50);
  CHECK_OK(mg_model_decode(model, codes, &sound));
  CHECK(mg_waveform_samples(sound) == 32000 && mg_waveform_channels(sound) == 1);
  CHECK_OK(mg_model_score(model, request, codes, 0, &score));
  CHECK(mg_score_codebooks(score) == 4 && mg_score_frames(score) == 50);
  CHECK(isfinite(mg_score_cross_entropy(score)[3]) && mg_score_guided(score) == NULL);
  mg_score_free(score);
  CHECK_OK(mg_model_score(model, request, codes, 1, &score));
  CHECK(isfinite(mg_score_conditional(score)[0]) && isfinite(mg_score_unconditional(score)[0]));
  CHECK_OK(mg_logits_write(Path("logits.safetensors"), mg_score_conditional(score),
                           mg_score_unconditional(score), mg_score_guided(score), 4, 50,
                           mg_score_codebook_size(score)));
  CHECK(mg_logits_write(Path("none.safetensors"), NULL, NULL, NULL, 4, 50, 64) == MG_BAD_INPUT);
  mg_score_free(score);
  mg_request_free(request);
  mg_codes_free(codes);
  mg_waveform_free(sound);
  mg_waveform_free(tone);
}

static void TestDevices(void) {
  mg_devices* devices = NULL;
  size_t i;
  CHECK(mg_devices_list(NULL) == MG_BAD_INPUT);
  CHECK_OK(mg_devices_list(&devices));
  for (i = 0; i < mg_devices_count(devices); ++i) {
    CHECK(mg_devices_name(devices, i)[0] != 0 && mg_devices_driver(devices, i)[0] != 0);
    CHECK(mg_devices_kind(devices, i)[0] != 0 && mg_devices_memory_bytes(devices, i) > 0);
    CHECK(mg_devices_arithmetic(devices, i)[0] != 0);
  }
  CHECK(mg_devices_name(devices, i) == NULL && mg_devices_memory_bytes(devices, i) == 0);
  mg_devices_free(devices);
}

static void TestConversion(const mg_model* model) {
  mg_model_options* options = NULL;
  mg_strings* warnings = NULL;
  mg_model* back = NULL;
  CHECK_OK(mg_model_options_new(mg_model_path(model), &options));
  CHECK_OK(mg_model_options_set_precision(options, MG_PRECISION_Q8));
  CHECK(mg_convert(options, Path("folder"), &warnings) == MG_BAD_INPUT && warnings == NULL);
  CHECK_OK(mg_convert(options, Path("tiny.gguf"), &warnings));
  CHECK(mg_strings_count(warnings) == 0 && mg_strings_get(warnings, 0) == NULL);
  mg_strings_free(warnings);
  mg_model_options_free(options);
  CHECK_OK(mg_model_options_new(Path("tiny.gguf"), &options));
  CHECK_OK(mg_model_open(options, &back));
  CHECK(mg_model_precision(back) == MG_PRECISION_Q8);
  mg_model_free(back);
  mg_model_options_free(options);
}

void TestModel(void) {
  mg_model* model;
  mg_bytes* provenance = NULL;
  mg_request* request = NewRequest("a \"quoted\" prompt", 3);
  mg_set_log_callback(Count, &messages);
  model = OpenTiny();
  mg_set_log_callback(NULL, NULL);
  CHECK(messages == 1);
  TestOptions();
  TestInfo(model);
  CHECK_OK(mg_model_load(model, 1, 5.0));
  CHECK(mg_model_load(model, 0, 5.0) == MG_BAD_INPUT);
  TestTokens(model);
  TestCodecAndScore(model);
  TestDevices();
  TestConversion(model);
  CHECK_OK(mg_provenance(model, request, &provenance));
  CHECK(strstr((const char*)mg_bytes_data(provenance), "\\\"quoted\\\"") != NULL);
  CHECK(strlen((const char*)mg_bytes_data(provenance)) == mg_bytes_size(provenance));
  mg_bytes_free(provenance);
  mg_request_free(request);
  mg_model_free(model);
}
