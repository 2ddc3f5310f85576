// A table of vectors looked up by id, kept in the format of its file when that is narrower than
// float.
#pragma once

#include <cstdint>

#include "base/thread_pool.h"
#include "kernels/packed_matrix.h"
#include "tensor/aligned_buffer.h"
#include "tensor/tensor_view.h"

namespace musicgen::nn {

class Embedding {
 public:
  Embedding() = default;
  // table [rows, width], stored in `format` (rounded to nearest even where that is narrower); a
  // quantised format stands for f16, as a lookup reads little.
  Embedding(kernels::WeightFormat format, const TensorView& table);
  // The same on the threads of the pool.
  Embedding(ThreadPool& pool, kernels::WeightFormat format, const TensorView& table);

  // out [width] = row id (or += it). id must be in [0, rows()).
  void Lookup(int64_t id, float* out) const;
  void AddTo(int64_t id, float* out) const;

  int64_t rows() const { return rows_; }
  int64_t width() const { return width_; }
  kernels::WeightFormat format() const { return format_; }  // f32, f16 or bf16
  const void* data() const { return buffer_.data(); }       // [rows, width]
  size_t bytes() const { return buffer_.bytes(); }

 private:
  void Store(const TensorView& table, Range elements);
  void CopyBits(const TensorView& table, Range elements);  // of the same format

  kernels::WeightFormat format_ = kernels::WeightFormat::kF32;
  int64_t rows_ = 0;
  int64_t width_ = 0;
  AlignedBuffer buffer_;
};

}  // namespace musicgen::nn
