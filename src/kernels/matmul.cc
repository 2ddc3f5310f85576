#include "kernels/matmul.h"

#include "base/check.h"
#include "kernels/cpu/kernel_table.h"

namespace musicgen::kernels {

void MatMul(const float* x, int64_t x_stride, int64_t rows, const PackedMatrix& w, Range tiles,
            const MatMulOptions& options, float* y, int64_t y_stride) {
  if (rows <= 0 || tiles.size() <= 0) return;
  MG_CHECK(0 <= tiles.begin && tiles.end <= w.tiles());
  MG_CHECK(!IsQuantized(w.format()) || options.scratch != nullptr);
  ActiveKernels().matmul({.x = x,
                          .x_stride = x_stride,
                          .rows = rows,
                          .format = w.format(),
                          .weights = w.tile(0),
                          .outputs = w.outputs(),
                          .inputs = w.inputs(),
                          .tile_begin = tiles.begin,
                          .tile_end = tiles.end,
                          .bias = options.bias,
                          .accumulate = options.accumulate,
                          .two_digit_activations = options.two_digit_activations,
                          .next = options.next,
                          .scratch = options.scratch,
                          .y = y,
                          .y_stride = y_stride});
}

}  // namespace musicgen::kernels
