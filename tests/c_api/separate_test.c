/* Stems, with the fixture's small HT-Demucs. */
#include <stdio.h>
#include <string.h>

#include "check.h"

struct Told {
  int64_t done, segments;
  int stop;
};

static int32_t Tell(int64_t done, int64_t segments, void* user) {
  struct Told* told = user;
  told->done = done;
  told->segments = segments;
  return told->stop ? MG_STOP : MG_CONTINUE;
}

void TestSeparate(const char* demucs) {
  mg_separator* separator = NULL;
  mg_separation* stems = NULL;
  mg_waveform* wave = NULL;
  mg_waveform* tone = NewTone(32000, 1, 32000);
  struct Told told = {0, 0, 0};
  CHECK(mg_separator_open("/does/not/exist", 1, &separator) == MG_BAD_INPUT && separator == NULL);
  CHECK(mg_separator_open(demucs, -1, &separator) == MG_BAD_INPUT);
  CHECK_OK(mg_separator_open(demucs, 1, &separator));
  CHECK(strcmp(mg_separator_name(separator), "htdemucs 7d3e1a55") == 0);
  CHECK(mg_separator_stem_count(separator) == 4);
  CHECK(strcmp(mg_separator_stem_name(separator, 3), "vocals") == 0);
  CHECK(mg_separator_stem_name(separator, 4) == NULL);
  CHECK(mg_separator_sample_rate_hz(separator) == 44100);

  CHECK_OK(mg_separator_run(separator, tone, NULL, 0, Tell, &told, &stems));
  CHECK(told.done == 1 && told.segments == 1);
  CHECK(mg_separation_count(stems) == 4);
  CHECK(strcmp(mg_separation_name(stems, 0), "drums") == 0);
  CHECK_OK(mg_separation_audio(stems, 0, &wave));
  CHECK(mg_waveform_channels(wave) == 2 && mg_waveform_samples(wave) == 44100);
  CHECK(mg_waveform_sample_rate_hz(wave) == 44100);
  mg_separation_free(stems);
  CHECK(mg_waveform_data(wave)[0] == mg_waveform_data(wave)[0]); /* outlives them */
  mg_waveform_free(wave);

  CHECK_OK(mg_separator_run(separator, tone, "bass", 2, NULL, NULL, &stems));
  CHECK(mg_separation_count(stems) == 2);
  CHECK(strcmp(mg_separation_name(stems, 1), "no_bass") == 0);
  CHECK(mg_separation_audio(stems, 2, &wave) == MG_BAD_INPUT);
  mg_separation_free(stems);

  told.stop = 1;
  CHECK(mg_separator_run(separator, tone, NULL, 0, Tell, &told, &stems) == MG_CANCELLED);
  CHECK(stems == NULL);
  CHECK(mg_separator_run(separator, tone, "guitar", 0, NULL, NULL, &stems) == MG_BAD_INPUT);
  CHECK(mg_separator_run(separator, tone, NULL, 101, NULL, NULL, &stems) == MG_BAD_INPUT);
  CHECK(mg_separator_run(separator, NULL, NULL, 0, NULL, NULL, &stems) == MG_BAD_INPUT);
  CHECK(mg_separator_run(NULL, tone, NULL, 0, NULL, NULL, &stems) == MG_BAD_INPUT);
  mg_separator_free(separator);
  mg_waveform_free(tone);
}
