/* Music from a text: make_music MODEL PROMPT [SECONDS] writes music.wav. */
#include <musicgen/musicgen.h>
#include <stdio.h>
#include <stdlib.h>

static int32_t show_progress(int64_t steps_done, int64_t steps_total, void* user) {
  (void)user;
  fprintf(stderr, "\r%3d %%", (int)(100 * steps_done / (steps_total > 0 ? steps_total : 1)));
  return MG_CONTINUE; /* MG_STOP ends it, with what was made so far */
}

/* Every failure has a sentence. */
static int failed(mg_status status) {
  if (status != MG_OK) fprintf(stderr, "make_music: %s\n", mg_last_error());
  return status != MG_OK;
}

int main(int argc, char** argv) {
  mg_model_options* model_options = NULL;
  mg_model* model = NULL;
  mg_request* request = NULL;
  mg_generate_options* options = NULL;
  mg_results* results = NULL;
  mg_waveform* sound = NULL;
  mg_waveform* level = NULL;
  mg_normalization* loudness = NULL;
  mg_encoding* wav = NULL;
  mg_bytes* file = NULL;
  const mg_request* batch[1];
  int status = EXIT_FAILURE;

  if (argc < 3) {
    fprintf(stderr, "usage: make_music MODEL PROMPT [SECONDS]\n");
    return 2;
  }
  if (failed(mg_model_options_new(argv[1], &model_options)) ||
      failed(mg_model_open(model_options, &model)) || failed(mg_request_new(&request)) ||
      failed(mg_request_set_prompt(request, argv[2])) ||
      failed(mg_request_set_duration_s(request, argc > 3 ? atof(argv[3]) : 8)) ||
      failed(mg_generate_options_new(&options)) ||
      failed(mg_generate_options_set_progress(options, show_progress, NULL))) {
    goto end;
  }
  batch[0] = request;
  if (failed(mg_model_generate(model, batch, 1, options, &results))) goto end;
  fputc('\n', stderr);

  /* Sound as it comes from the model, then at the level of finished music, then a file. */
  if (failed(mg_results_audio(results, 0, &sound)) ||
      failed(mg_normalization_new(MG_STRATEGY_LOUDNESS, &loudness)) ||
      failed(mg_waveform_normalize(sound, loudness, &level, NULL)) ||
      failed(mg_encoding_new(MG_FORMAT_WAV, &wav)) || failed(mg_encode_audio(level, wav, &file)) ||
      failed(mg_write_file("music.wav", mg_bytes_data(file), mg_bytes_size(file)))) {
    goto end;
  }
  printf("music.wav: %.2f s\n",
         (double)mg_waveform_samples(level) / (double)mg_waveform_sample_rate_hz(level));
  status = EXIT_SUCCESS;

end: /* freeing NULL does nothing */
  mg_bytes_free(file);
  mg_encoding_free(wav);
  mg_normalization_free(loudness);
  mg_waveform_free(level);
  mg_waveform_free(sound);
  mg_results_free(results);
  mg_generate_options_free(options);
  mg_request_free(request);
  mg_model_free(model);
  mg_model_options_free(model_options);
  return status;
}
