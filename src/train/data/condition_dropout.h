// Which updates and items of training see no condition, so that guidance has a null to compare
// with.
#pragma once

#include <cstdint>

namespace musicgen::train {

struct ConditionDropout {
  // AudioCraft draws once for a forward pass, and all its items lose their conditions together;
  // item by item the loss varies less.
  enum class Mode { kBatch, kItem };

  double p = 0.3;
  Mode mode = Mode::kBatch;

  // Whether this item of this forward pass, counted over the whole training, loses its condition.
  // The numbers are of a seed of their own, as in AudioCraft, so that all processes agree.
  bool Drops(int64_t pass, int64_t item) const;
};

}  // namespace musicgen::train
