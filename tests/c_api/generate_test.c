/* Generating a batch, with callbacks that watch, listen and stop. */
#include <stdlib.h>
#include <string.h>

#include "check.h"

struct Heard {
  float* values[2];
  int64_t samples[2];
  int64_t steps_done, steps_total;
  int64_t stop_at; /* steps; 0: never */
};

static int32_t OnAudio(size_t index, const float* values, int64_t channels, int64_t samples,
                       void* user) {
  struct Heard* heard = user;
  CHECK(index < 2 && channels == 1);
  heard->values[index] =
      realloc(heard->values[index], (size_t)(heard->samples[index] + samples) * sizeof(float));
  memcpy(heard->values[index] + heard->samples[index], values, (size_t)samples * sizeof(float));
  heard->samples[index] += samples;
  return MG_CONTINUE;
}

static int32_t OnProgress(int64_t steps_done, int64_t steps_total, void* user) {
  struct Heard* heard = user;
  CHECK(steps_done >= heard->steps_done);
  heard->steps_done = steps_done;
  heard->steps_total = steps_total;
  return heard->stop_at > 0 && steps_done >= heard->stop_at ? MG_STOP : MG_CONTINUE;
}

/* Sound on its way is the sound at the end. */
static void TestStreams(mg_model* model) {
  struct Heard heard = {{NULL, NULL}, {0, 0}, 0, 0, 0};
  const mg_request* batch[2];
  mg_generate_options* options = NULL;
  mg_results* results = NULL;
  size_t i;
  batch[0] = NewRequest("80s pop track", 0.5);
  batch[1] = NewRequest(NULL, 0.3);
  CHECK_OK(mg_generate_options_new(&options));
  CHECK_OK(mg_generate_options_set_audio(options, OnAudio, &heard));
  CHECK_OK(mg_generate_options_set_progress(options, OnProgress, &heard));
  CHECK_OK(mg_model_generate(model, batch, 2, options, &results));
  CHECK(mg_results_count(results) == 2);
  CHECK(heard.steps_done == heard.steps_total && heard.steps_total > 40);
  for (i = 0; i < 2; ++i) {
    mg_waveform* audio = NULL;
    mg_codes* codes = NULL;
    CHECK(mg_results_is_complete(results, i) == 1);
    CHECK_OK(mg_results_audio(results, i, &audio));
    CHECK_OK(mg_results_codes(results, i, &codes));
    CHECK(mg_codes_frames(codes) == (i == 0 ? 25 : 15));
    CHECK(mg_waveform_samples(audio) == 640 * mg_codes_frames(codes));
    CHECK(heard.samples[i] == mg_waveform_samples(audio));
    CHECK(memcmp(heard.values[i], mg_waveform_data(audio),
                 (size_t)heard.samples[i] * sizeof(float)) == 0);
    mg_codes_free(codes);
    mg_waveform_free(audio);
    free(heard.values[i]);
    mg_request_free((mg_request*)batch[i]);
  }
  mg_results_free(results);
  mg_generate_options_free(options);
}

/* What was made when a callback stops it is the beginning of the whole. */
static void TestStops(mg_model* model) {
  struct Heard heard = {{NULL, NULL}, {0, 0}, 0, 0, 12};
  mg_request* request = NewRequest("80s pop track", 0.5);
  const mg_request* batch[1];
  mg_generate_options* options = NULL;
  mg_results *part = NULL, *whole = NULL;
  mg_codes *some = NULL, *all = NULL;
  mg_waveform* audio = NULL;
  int64_t k, t;
  batch[0] = request;
  CHECK_OK(mg_generate_options_new(&options));
  CHECK_OK(mg_generate_options_set_decode_audio(options, 0));
  CHECK_OK(mg_generate_options_set_progress(options, OnProgress, &heard));
  CHECK(mg_model_generate(model, batch, 1, options, &part) == MG_CANCELLED && part != NULL);
  CHECK(heard.steps_done == 12);
  CHECK_OK(mg_model_generate(model, batch, 1, NULL, &whole));
  CHECK(mg_results_is_complete(part, 0) == 0);
  CHECK_OK(mg_results_codes(part, 0, &some));
  CHECK_OK(mg_results_codes(whole, 0, &all));
  CHECK(mg_codes_frames(some) > 5 && mg_codes_frames(some) < 13);
  for (k = 0; k < 4; ++k) {
    for (t = 0; t < mg_codes_frames(some); ++t) {
      CHECK(mg_codes_data(some)[k * mg_codes_frames(some) + t] == mg_codes_data(all)[k * 25 + t]);
    }
  }
  CHECK_OK(mg_results_audio(part, 0, &audio));
  CHECK(mg_waveform_samples(audio) == 0);
  mg_waveform_free(audio);
  mg_codes_free(some);
  mg_codes_free(all);
  mg_results_free(part);
  mg_results_free(whole);
  mg_generate_options_free(options);
  mg_request_free(request);
}

static void TestRefusals(mg_model* model) {
  mg_request* request = NewRequest("x", -3);
  mg_waveform* tone = NewTone(32000, 1, 3200);
  const mg_request* batch[1];
  mg_results* results = NULL;
  batch[0] = request;
  CHECK(mg_model_generate(model, batch, 1, NULL, &results) == MG_BAD_INPUT && results == NULL);
  CHECK(strstr(mg_last_error(), "duration") != NULL);
  CHECK_OK(mg_request_set_duration_s(request, 0.2));
  CHECK_OK(mg_request_set_temperature(request, -1));
  CHECK(mg_model_generate(model, batch, 1, NULL, &results) == MG_BAD_INPUT);
  CHECK_OK(mg_request_set_temperature(request, 1));
  CHECK_OK(mg_request_set_melody(request, tone));
  CHECK(mg_model_generate(model, batch, 1, NULL, &results) == MG_BAD_INPUT);
  CHECK(strstr(mg_last_error(), "melody") != NULL);
  CHECK_OK(mg_request_set_melody(request, NULL));
  CHECK(mg_model_generate(model, batch, 0, NULL, &results) == MG_BAD_INPUT);
  CHECK(mg_model_generate(model, NULL, 1, NULL, &results) == MG_BAD_INPUT);
  CHECK(mg_model_generate(model, batch, 1, NULL, NULL) == MG_BAD_INPUT);
  CHECK(mg_request_set_use_sampling(request, 5) == MG_BAD_INPUT);
  CHECK_OK(mg_request_set_use_sampling(request, 1));
  CHECK_OK(mg_request_set_top_k(request, 10));
  CHECK_OK(mg_request_set_top_p(request, 0.5));
  CHECK_OK(mg_request_set_cfg_coef(request, 2));
  CHECK_OK(mg_request_set_two_step_cfg(request, 1));
  CHECK_OK(mg_request_set_max_duration_s(request, 0.16));
  CHECK_OK(mg_request_set_extend_stride_s(request, 0.1));
  CHECK_OK(mg_request_set_seed(request, 7));
  CHECK_OK(mg_request_set_take(request, 1));
  CHECK_OK(mg_request_set_audio_prompt(request, tone));
  CHECK_OK(mg_model_generate(model, batch, 1, NULL, &results));
  mg_results_free(results);
  mg_waveform_free(tone);
  mg_request_free(request);
}

void TestGenerate(void) {
  mg_model* model = OpenTiny();
  TestStreams(model);
  TestStops(model);
  TestRefusals(model);
  mg_model_free(model);
}
