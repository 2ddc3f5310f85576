// Keys and values of one sequence in every layer. The memory is reserved for `capacity` positions
// and touched as they are written, a chunk of positions after the other.
#pragma once

#include <cstdint>
#include <utility>

#include "kernels/attention.h"
#include "tensor/aligned_buffer.h"

namespace musicgen::nn {

class KvCache {
 public:
  KvCache() = default;
  // Throws Error(kOutOfMemory).
  KvCache(kernels::WeightFormat format, int64_t layers, int64_t heads, int64_t head_dim,
          int64_t capacity);

  // To store and to attend to; of a const cache, to attend to.
  kernels::KvView Layer(int64_t layer) { return std::as_const(*this).Layer(layer); }
  kernels::KvView Layer(int64_t layer) const;
  // A copy of the first `positions`, of the same capacity.
  KvCache Clone(int64_t positions) const;
  int64_t capacity() const { return capacity_; }

  // What a cache of this shape takes.
  static size_t Bytes(kernels::WeightFormat format, int64_t layers, int64_t heads, int64_t head_dim,
                      int64_t capacity);

 private:
  kernels::WeightFormat format_ = kernels::WeightFormat::kF32;
  int64_t heads_ = 0;
  int64_t head_dim_ = 0;
  int64_t capacity_ = 0;
  size_t layer_bytes_ = 0;  // of a chunk
  size_t chunk_bytes_ = 0;
  AlignedBuffer buffer_;
};

}  // namespace musicgen::nn
