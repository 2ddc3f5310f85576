#include "kernels/matmul.h"

#include <algorithm>
#include <cmath>

#include "tensor/dtype.h"

namespace musicgen::kernels {
namespace {

template <class W, class Widen>
void Tile(const float* x, int64_t inputs, const W* w, Widen widen, float* sums) {
  for (int64_t i = 0; i < kTileOutputs; ++i) sums[i] = 0;
  for (int64_t k = 0; k < inputs; ++k) {
    for (int64_t i = 0; i < kTileOutputs; ++i) {
      sums[i] = std::fma(x[k], widen(w[k * kTileOutputs + i]), sums[i]);
    }
  }
}

}  // namespace

void MatMul(const float* x, int64_t x_stride, int64_t rows, const PackedMatrix& w, Range tiles,
            const MatMulOptions& options, float* y, int64_t y_stride) {
  for (int64_t tile = tiles.begin; tile < tiles.end; ++tile) {
    const int64_t first = tile * kTileOutputs;
    const int64_t width = std::min(kTileOutputs, w.outputs() - first);
    for (int64_t r = 0; r < rows; ++r) {
      float sums[kTileOutputs];
      const float* row = x + r * x_stride;
      switch (w.format()) {
        case WeightFormat::kF32:
          Tile(
              row, w.inputs(), static_cast<const float*>(w.tile(tile)), [](float v) { return v; },
              sums);
          break;
        case WeightFormat::kF16:
          Tile(row, w.inputs(), static_cast<const uint16_t*>(w.tile(tile)), F16ToFloat, sums);
          break;
        case WeightFormat::kBF16:
          Tile(row, w.inputs(), static_cast<const uint16_t*>(w.tile(tile)), BF16ToFloat, sums);
          break;
      }
      float* out = y + r * y_stride + first;
      for (int64_t i = 0; i < width; ++i) {
        float value = options.bias ? sums[i] + options.bias[first + i] : sums[i];
        out[i] = options.accumulate ? out[i] + value : value;
      }
    }
  }
}

}  // namespace musicgen::kernels
