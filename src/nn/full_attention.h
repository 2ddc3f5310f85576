// Softmax attention of many queries over one whole sequence: two matrix products for each block of
// queries, which read keys and values once for all of them.
//
// Order as kernels::AttendRow, and the same bits, where head_dim is at most kernels::kSumSegment;
// the scores of wider heads are summed in segments, as products are.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/packed_matrix.h"

namespace musicgen::nn {

class FullAttention {
 public:
  // Room for the keys and values of so many positions. Throws Error(kOutOfMemory).
  FullAttention(int64_t heads, int64_t head_dim, int64_t positions);

  // Keys and values of positions [first, first + count): position first + r, head h has them at
  // r·stride + h·head_dim. Calls for positions in different blocks of 32 may run at the same time.
  void Store(int64_t first, int64_t count, const float* k, const float* v, int64_t stride);

  int64_t positions() const { return positions_; }

  static constexpr int64_t kMostQueries = 48;
  // What Attend wants.
  int64_t ScratchFloats() const;
  // `count` ≤ kMostQueries queries [head_dim] of one head, `stride` apart, become what they attend
  // to: Σ softmax(scale · (q·k) + bias)·v. `bias` [positions] is the first query's and may be null;
  // that of each next one begins one float before.
  void Attend(int64_t head, int64_t count, float scale, const float* bias, int64_t stride,
              float* scratch, float* queries) const;

 private:
  int64_t heads_, head_dim_, positions_;
  std::vector<kernels::PackedMatrix> keys_;    // of each head: [positions, head_dim]
  std::vector<kernels::PackedMatrix> values_;  // [head_dim, positions]
};

}  // namespace musicgen::nn
