// A short sequence of random numbers of its own.
#pragma once

#include <cstdint>

#include "base/random.h"

namespace musicgen::train {

class Draws {
 public:
  // `stream` tells sequences of one seed apart.
  Draws(uint64_t seed, uint32_t stream) : at_{seed, stream, 0, 0} {}

  // Uniform in [0, 1).
  double Next() {
    const double value = Uniform(at_);
    ++at_.frame;
    return value;
  }
  // Uniform in [0, count).
  int64_t Below(int64_t count) { return static_cast<int64_t>(Next() * static_cast<double>(count)); }

 private:
  RandomCoordinate at_;
};

}  // namespace musicgen::train
