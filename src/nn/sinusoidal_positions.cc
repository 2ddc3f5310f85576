#include "nn/sinusoidal_positions.h"

#include <algorithm>
#include <cmath>

namespace musicgen::nn {

SinusoidalPositions::SinusoidalPositions(int64_t width) {
  const int64_t half = width / 2;
  // transformers: exp(float(i)·−float(log(10000) / (half − 1))), in float throughout.
  const float step =
      static_cast<float>(std::log(10000.0) / static_cast<double>(std::max<int64_t>(1, half - 1)));
  for (int64_t i = 0; i < half; ++i) {
    const float exponent = static_cast<float>(i) * -step;
    frequencies_.push_back(static_cast<float>(std::exp(static_cast<double>(exponent))));
  }
}

void SinusoidalPositions::AddTo(int64_t position, float* x) const {
  const size_t half = frequencies_.size();
  for (size_t i = 0; i < half; ++i) {
    const float phase = static_cast<float>(position) * frequencies_[i];
    x[i] += static_cast<float>(std::cos(static_cast<double>(phase)));
    x[half + i] += static_cast<float>(std::sin(static_cast<double>(phase)));
  }
}

}  // namespace musicgen::nn
