#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace musicgen {

// What a network hears in a sound: a vector for each frame, [frames, width], row-major.
struct Features {
  int64_t frames = 0;
  int64_t width = 0;
  std::vector<float> values;

  Features() = default;
  Features(int64_t f, int64_t w) : frames(f), width(w), values(static_cast<size_t>(f * w)) {}
  float* frame(int64_t f) { return values.data() + f * width; }
  const float* frame(int64_t f) const { return values.data() + f * width; }
};

}  // namespace musicgen
