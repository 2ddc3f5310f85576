// Learning rate over the updates.
#pragma once

#include <cstdint>

namespace musicgen::train {

// AudioCraft's cosine schedule: a linear warm-up from 0 at update 0, then half a cosine down to
// `min_ratio` at the last of the planned updates. The factor depends on the number of the update
// alone, so a resumed run goes on as planned.
struct CosineSchedule {
  int64_t updates = 0;  // planned
  int64_t warmup = 4000;
  double min_ratio = 0.0;
  double cycle_length = 1.0;

  // What the learning rate is multiplied by in this update, counted from 0.
  double Factor(int64_t update) const;
};

}  // namespace musicgen::train
