// How well the demo's language model knows songs that it has not seen.
#pragma once

#include <cstdint>

#include "compose/vocabulary.h"
#include "text/tokenizer.h"
#include "train/checkpoint/json_lines_log.h"
#include "train/lm/lm_model.h"

namespace musicgen::train {

struct DemoReportSettings {
  uint64_t seed = 1;          // another one than that of training
  int64_t songs = 48;         // for the cross-entropies
  int64_t frames = 420;       // of each
  int64_t prompt_songs = 32;  // for the cost of a wrong caption
};

// With complete captions:
//   ce_q1 … ce_q4, ce       cross-entropy of each codebook and their mean
//   ce_grid                 the mean over the frames where a sixteenth begins
//   ce_first, gap_first     at frame 0; what another song's caption adds to it
//   wrong_tempo …           what a caption that is wrong in this one attribute costs over the first
//                           55 frames, in nats
LogValues ReportDemo(const LmModel& model, const compose::Vocabulary& vocabulary,
                     const text::Tokenizer& tokenizer, const DemoReportSettings& settings);

}  // namespace musicgen::train
