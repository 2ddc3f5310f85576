// Sinusoidal position vectors (language-model.md §1.1): cosines first, then sines, frequencies
// 10000^(−i / (D/2 − 1)).
#pragma once

#include <cstdint>
#include <vector>

namespace musicgen::nn {

class SinusoidalPositions {
 public:
  explicit SinusoidalPositions(int64_t width);
  // x [D] += PE(position). The phase is a float, as transformers computes it.
  void AddTo(int64_t position, float* x) const;

 private:
  std::vector<float> frequencies_;  // [D/2]
};

}  // namespace musicgen::nn
