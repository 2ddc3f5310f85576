// Rows of scale · B·A.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/packed_matrix.h"
#include "lora/adapter.h"

namespace musicgen::lora {

// Of a tensor [rows, columns], widened to float. Safe to use from several threads.
class LowRankRows {
 public:
  // The matrices' shapes fit each other. Throws Error(kOutOfMemory).
  explicit LowRankRows(const LowRank& matrices);

  int64_t rows() const { return rows_; }
  int64_t columns() const { return right_.outputs(); }
  // Rows [begin, begin + count) into out [count, columns]; the order of summation is that of every
  // product here (kernels/matmul.h).
  void Compute(int64_t begin, int64_t count, float* out) const;

 private:
  int64_t rows_;
  float scale_;
  std::vector<float> left_;      // [rows, r]
  kernels::PackedMatrix right_;  // [columns, r]
};

}  // namespace musicgen::lora
