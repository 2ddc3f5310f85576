// The activations of one branch of the network.
#pragma once

#include <cstdint>
#include <utility>

#include "nn/float_buffer.h"

namespace musicgen::separation {

// [lines][length][channels]. In the frequency branch a line is a frame of the spectrum, and along
// it are frequency bins; the time branch is one line of samples. Encoders and decoders convolve
// along the lines.
struct Plane {
  int64_t lines = 0;
  int64_t length = 0;
  int64_t channels = 0;
  nn::FloatBuffer values;

  Plane() = default;
  // In the memory that `room` has, if it is enough, with whatever it held. Throws
  // Error(kOutOfMemory).
  Plane(int64_t l, int64_t n, int64_t c, nn::FloatBuffer room = {})
      : lines(l), length(n), channels(c), values(std::move(room)) {
    values.Reserve(elements());
  }
  int64_t rows() const { return lines * length; }
  int64_t elements() const { return rows() * channels; }
  float* row(int64_t line, int64_t at) const {
    return values.data() + (line * length + at) * channels;
  }
};

}  // namespace musicgen::separation
