// Floats that a stream reuses from chunk to chunk.
#pragma once

#include <cstdint>

#include "tensor/aligned_buffer.h"

namespace musicgen::nn {

class FloatBuffer {
 public:
  // Makes room for `floats`; what the buffer held is lost when it grows. Throws
  // Error(kOutOfMemory).
  void Reserve(int64_t floats) {
    if (floats > capacity()) buffer_ = AlignedBuffer(static_cast<size_t>(floats) * sizeof(float));
  }
  float* data() const { return buffer_.as<float>(); }
  int64_t capacity() const { return static_cast<int64_t>(buffer_.bytes() / sizeof(float)); }

 private:
  AlignedBuffer buffer_;
};

}  // namespace musicgen::nn
