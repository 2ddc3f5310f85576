#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

int failures = 0;

static const char* model_path;
static const char* folder;

void Fail(const char* file, int line, const char* what) {
  fprintf(stderr, "%s:%d: %s: '%s'\n", file, line, what, mg_last_error());
  ++failures;
}

const char* Path(const char* name) {
  static char path[1024];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

mg_model* OpenTiny(void) {
  mg_model_options* options = NULL;
  mg_model* model = NULL;
  CHECK_OK(mg_model_options_new(model_path, &options));
  CHECK_OK(mg_model_options_set_precision(options, MG_PRECISION_F32));
  CHECK_OK(mg_model_options_set_threads(options, 2));
  CHECK_OK(mg_model_open(options, &model));
  mg_model_options_free(options);
  return model;
}

mg_request* NewRequest(const char* prompt, double duration_s) {
  mg_request* request = NULL;
  CHECK_OK(mg_request_new(&request));
  CHECK_OK(mg_request_set_prompt(request, prompt));
  CHECK_OK(mg_request_set_duration_s(request, duration_s));
  CHECK_OK(mg_request_set_use_sampling(request, 0));
  return request;
}

mg_waveform* NewTone(int64_t sample_rate_hz, int64_t channels, int64_t samples) {
  const double kTwoPi = 6.283185307179586;
  const size_t count = (size_t)(channels * samples);
  float* values = malloc((count + 1) * sizeof *values);
  mg_waveform* wave = NULL;
  int64_t c, n;
  for (c = 0; c < channels; ++c) {
    for (n = 0; n < samples; ++n) {
      values[c * samples + n] =
          (float)(0.5 * sin(kTwoPi * 440 * (double)n / (double)sample_rate_hz));
    }
  }
  CHECK_OK(mg_waveform_new(values, sample_rate_hz, channels, samples, &wave));
  free(values);
  return wave;
}

/* main MODEL FOLDER DEMUCS */
int main(int argc, char** argv) {
  if (argc != 4) return 2;
  model_path = argv[1];
  folder = argv[2];
  CHECK(mg_abi_version() == MG_ABI_VERSION);
  CHECK(strchr(mg_version(), '.') != NULL);
  CHECK(strcmp(mg_status_name(MG_OK), "ok") == 0);
  CHECK(mg_status_name(-1) != NULL);
  CHECK(strcmp(mg_last_error(), "") == 0);
  TestSounds();
  TestFiles();
  TestModel();
  TestGenerate();
  TestSession();
  TestSeparate(argv[3]);
  if (failures == 0) puts("all checks passed");
  return failures == 0 ? 0 : 1;
}
