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
  // Quantised weights: inputs are two digits of eight bits, not one.
  bool two_digit_activations = false;
  // What this thread reads next, a tile of another matrix: asked for from memory towards the end of
  // these weights, so that the stream does not stop between products. Null: not known.
  const void* next = nullptr;
  // Quantised weights: the inputs' integers lie here meanwhile, kMatMulScratchBytes aligned to 64.
  // Worker::scratch() will do; a thread's stack may be too small for it.
  void* scratch = nullptr;
};
static_assert(kMatMulScratchBytes <= kWorkerScratchBytes);

// For rows r in [0, rows) and outputs n of the tiles [tiles.begin, tiles.end):
//   y[r·y_stride + n] = (accumulate ? y[r·y_stride + n] : 0) + (Σ_k x[r·x_stride + k]·W[n][k] +
//   bias[n])
// Of each kSumSegment inputs from k = 0 on, a chain of fused multiply-adds in float from +0; the
// ends of the chains are added up from left to right. Whatever the number of rows, the tile, the
// thread, the instruction set or the device: this is the order of summation everything else leans
// on. (Segments, so that a device with more lanes than outputs can share an output among them.)
// Quantised weights take their inputs as integers too: of each 32 inputs of a row, the largest
// becomes ±127. A group's products are summed exactly; a segment is kSumSegmentGroups groups, whose
// chain adds group sum · (scale of the weights · scale of the inputs). With
// `two_digit_activations`, what the integers leave of the inputs is summed up in the same way and
// added to that sum. Rows of x may overlap (x_stride < K): a stride-s convolution over
// [time][channel] data is x_stride = s·C, K = kernel·C. y must not overlap x. Single-threaded: the
// caller splits tiles or rows over threads (see nn/linear.h).
void MatMul(const float* x, int64_t x_stride, int64_t rows, const PackedMatrix& w, Range tiles,
            const MatMulOptions& options, float* y, int64_t y_stride);

}  // namespace musicgen::kernels
