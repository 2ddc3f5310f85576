// Where errors are heard most: a filter of single frames, applied before what is best is chosen.
#pragma once

#include "train/computed_codec/matrix.h"

namespace musicgen::train {

// Both [640, 640], symmetric: rows of samples times `filter` are frames filtered circularly by
// (1 + (f / 1 kHz)²)^0.2; `inverse` undoes it.
struct FrameFilter {
  FrameFilter();
  Matrix filter, inverse;
};

}  // namespace musicgen::train
