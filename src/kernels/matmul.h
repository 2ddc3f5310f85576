// y = x·Wᵀ for one row or thousands: decode steps, prompt passes, T5 and, with overlapping rows,
// convolutions.
#pragma once

#include <cstdint>

#include "base/thread_pool.h"
#include "kernels/packed_matrix.h"

namespace musicgen::kernels {

struct MatMulOptions {
  const float* bias = nullptr;  // [N] or null
  bool accumulate = false;      // add to what y holds
};

// For rows r in [0, rows) and outputs n of the tiles [tiles.begin, tiles.end):
//   y[r·y_stride + n] = (accumulate ? y[r·y_stride + n] : 0) + (Σ_k x[r·x_stride + k]·W[n][k] +
//   bias[n])
// The sum is one chain of fused multiply-adds in float, from +0 over k = 0 … K−1, whatever the
// number of rows, the tile, the thread or the instruction set: this is the order of summation
// everything else leans on. Rows of x may overlap (x_stride < K): a stride-s convolution over
// [time][channel] data is x_stride = s·C, K = kernel·C. y must not overlap x. Single-threaded: the
// caller splits tiles or rows over threads (see nn/linear.h).
void MatMul(const float* x, int64_t x_stride, int64_t rows, const PackedMatrix& w, Range tiles,
            const MatMulOptions& options, float* y, int64_t y_stride);

}  // namespace musicgen::kernels
