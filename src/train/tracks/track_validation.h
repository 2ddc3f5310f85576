// How well the model predicts music that it is not trained on.
#pragma once

#include "train/checkpoint/json_lines_log.h"
#include "train/lm/lm_model.h"
#include "train/tracks/track_batches.h"

namespace musicgen::train {

// ce, ppl and of each codebook ce_qk, ppl_qk over excerpts 0 … count − 1 of the batches, whose
// settings should not shuffle, so many at a time.
LogValues Validate(const LmModel& model, const TrackBatches& batches, int64_t count,
                   int64_t at_a_time);

}  // namespace musicgen::train
