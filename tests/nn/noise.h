#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace musicgen::nn {

// n numbers in [−1, 1), always the same for a seed.
inline std::vector<float> Noise(int64_t n, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> out(static_cast<size_t>(n));
  for (float& v : out) v = uniform(random);
  return out;
}

}  // namespace musicgen::nn
