// What the engine that people run plays with weights in training.
#pragma once

#include <cstdint>
#include <string>

#include "compose/vocabulary.h"
#include "train/checkpoint/json_lines_log.h"
#include "train/export/export.h"

namespace musicgen::train {

struct DemoSampleSettings {
  uint64_t seed = 1;  // of the songs whose complete captions are the prompts, from song 0 on
  int64_t samples = 32;
  double duration_s = 10.0;
};

// Exports the model into `folder`, which is new or empty and goes again, and measures what is
// generated at its sampling defaults (compose/code_measures.h), means over the samples:
//   glitch_rate, grid_share, scale_share   the last in the key asked for
// Throws Error.
LogValues MeasureSamples(const ExportedModel& exported, const compose::Vocabulary& vocabulary,
                         const DemoSampleSettings& settings, const std::string& folder);

}  // namespace musicgen::train
