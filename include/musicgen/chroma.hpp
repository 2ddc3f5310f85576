#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace musicgen {

// Energies of pitch classes [frames, classes], row-major; class 0 is C. A model is given one-hot
// rows: 1 at the strongest class.
struct Chroma {
  int64_t frames = 0;
  int64_t classes = 0;
  std::vector<float> values;

  Chroma() = default;
  Chroma(int64_t f, int64_t c) : frames(f), classes(c), values(static_cast<size_t>(f * c)) {}
  float* frame(int64_t f) { return values.data() + f * classes; }
  const float* frame(int64_t f) const { return values.data() + f * classes; }
};

}  // namespace musicgen
