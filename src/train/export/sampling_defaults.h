// How a model is meant to be sampled.
#pragma once

#include <cstdint>

namespace musicgen::train {

// What generation does unless it is told otherwise (generation_config.json).
struct SamplingDefaults {
  double guidance = 3.0, temperature = 1.0;
  int64_t top_k = 250;
  double top_p = 0.0;  // 0: all of them
};

}  // namespace musicgen::train
