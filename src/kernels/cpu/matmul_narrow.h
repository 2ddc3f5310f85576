// Matrix products with few outputs and many rows (a codec's last convolution has one output): the
// rows lie across lanes, so that no lane computes padding.
#pragma once

#include <cstdint>

#include "kernels/cpu/kernel_table.h"

namespace musicgen::kernels {
namespace {

template <class V>
struct NarrowMatMul {
  using F = typename V::F;
  static constexpr int64_t kMaxOutputs = 16;
  static constexpr int64_t kRows = 64;    // at once
  static constexpr int64_t kInputs = 64;  // turned at once
  static constexpr int kVectors = static_cast<int>(kRows) / V::kLanes;

  static bool Suits(int64_t outputs, int64_t rows) { return outputs <= kMaxOutputs && rows >= 16; }

  // Rows [begin, end) of the `outputs` outputs from `first`, whose tile is w.
  template <class W>
  static void Run(const MatMulCall& call, const W* w, int64_t first, int64_t outputs, int64_t begin,
                  int64_t end) {
    alignas(64) float sums[kMaxOutputs * kRows];
    alignas(64) float turned[kInputs * kRows];
    alignas(64) float weights[kInputs * kMaxOutputs];
    for (int64_t row = begin; row < end; row += kRows) {
      const int64_t rows = end - row < kRows ? end - row : kRows;
      for (int64_t i = 0; i < outputs * kRows; ++i) sums[i] = 0.0f;
      for (int64_t k = 0; k < call.inputs; k += kInputs) {
        const int64_t inputs = call.inputs - k < kInputs ? call.inputs - k : kInputs;
        Turn(call.x + row * call.x_stride + k, call.x_stride, rows, inputs, turned);
        for (int64_t i = 0; i < inputs; ++i) {
          for (int64_t n = 0; n < kMaxOutputs; n += V::kLanes) {
            V::Store(weights + i * kMaxOutputs + n, V::Load(w + (k + i) * kTileOutputs + n));
          }
        }
        for (int64_t n = 0; n < outputs; ++n) {
          AddInputs(turned, weights + n, inputs, sums + n * kRows);
        }
      }
      for (int64_t r = 0; r < rows; ++r) {
        float* y = call.y + (row + r) * call.y_stride + first;
        for (int64_t n = 0; n < outputs; ++n) {
          float value = sums[n * kRows + r];
          if (call.bias != nullptr) value += call.bias[first + n];
          y[n] = call.accumulate ? y[n] + value : value;
        }
      }
    }
  }

  // turned [inputs][64] = x [rows][inputs]; absent rows repeat the last one.
  static void Turn(const float* x, int64_t x_stride, int64_t rows, int64_t inputs, float* turned) {
    for (int64_t r = 0; r < kRows; r += 8) {
      const float* row[8];
      for (int i = 0; i < 8; ++i) row[i] = x + (r + i < rows ? r + i : rows - 1) * x_stride;
      int64_t k = 0;
      for (; k + 8 <= inputs; k += 8) {
        V::Transpose8x8(row, turned + k * kRows + r, kRows);
        for (const float*& at : row) at += 8;
      }
      for (; k < inputs; ++k) {
        for (int i = 0; i < 8; ++i) turned[k * kRows + r + i] = *row[i]++;
      }
    }
  }

  // sums [64] += turned [inputs][64] · weights, the latter kMaxOutputs apart.
  static void AddInputs(const float* turned, const float* weights, int64_t inputs, float* sums) {
    F sum[kVectors];
    for (int j = 0; j < kVectors; ++j) sum[j] = V::Load(sums + j * V::kLanes);
    for (int64_t k = 0; k < inputs; ++k) {
      const F weight = V::Set(weights[k * kMaxOutputs]);
#pragma GCC unroll 8
      for (int j = 0; j < kVectors; ++j) {
        sum[j] = V::Fma(V::Load(turned + k * kRows + j * V::kLanes), weight, sum[j]);
      }
    }
    for (int j = 0; j < kVectors; ++j) V::Store(sums + j * V::kLanes, sum[j]);
  }
};

}  // namespace
}  // namespace musicgen::kernels
