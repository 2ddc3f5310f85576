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
  static constexpr int64_t kMaxTaps = 17;
  static constexpr int64_t kFrames = kRows + kMaxTaps - 1;
  static constexpr int64_t kMaxWeights = 8192;
  static constexpr int kVectors = static_cast<int>(kRows) / V::kLanes;

  static bool Suits(int64_t outputs, int64_t rows) { return outputs <= kMaxOutputs && rows >= 16; }

  // All rows of the `outputs` outputs from `first`, whose tile is w.
  template <class W>
  static void Run(const MatMulCall& call, const W* w, int64_t first, int64_t outputs) {
    if (call.x_stride > 0 && call.x_stride <= kInputs && call.inputs > call.x_stride &&
        call.inputs <= kMaxTaps * call.x_stride && call.inputs % call.x_stride == 0 &&
        call.inputs * outputs <= kMaxWeights) {
      return RunOverlapping(call, w, first, outputs);
    }
    alignas(64) float sums[kMaxOutputs * kRows];
    alignas(64) float turned[kInputs * kRows];
    alignas(64) float weights[kMaxOutputs * kInputs];
    for (int64_t row = 0; row < call.rows; row += kRows) {
      const int64_t rows = call.rows - row < kRows ? call.rows - row : kRows;
      for (int64_t i = 0; i < outputs * kRows; ++i) sums[i] = 0.0f;
      for (int64_t k = 0; k < call.inputs; k += kInputs) {
        const int64_t inputs = call.inputs - k < kInputs ? call.inputs - k : kInputs;
        Turn<kRows>(call.x + row * call.x_stride + k, call.x_stride, rows, inputs, turned);
        Gather(w + k * kTileOutputs, inputs, outputs, kInputs, weights);
        for (int64_t n = 0; n < outputs; ++n) {
          AddInputs<kRows>(turned, weights + n * kInputs, inputs, sums + n * kRows);
        }
      }
      Finish(call, sums, row, rows, first, outputs);
    }
  }

  // Rows that overlap in whole multiples of the stride, as those of a convolution do: each frame is
  // turned once and serves all taps.
  template <class W>
  static void RunOverlapping(const MatMulCall& call, const W* w, int64_t first, int64_t outputs) {
    alignas(64) float sums[kMaxOutputs * kRows];
    alignas(64) float turned[kInputs * kFrames];
    alignas(64) float weights[kMaxWeights];
    const int64_t taps = call.inputs / call.x_stride;
    Gather(w, call.inputs, outputs, call.inputs, weights);
    for (int64_t row = 0; row < call.rows; row += kRows) {
      const int64_t rows = call.rows - row < kRows ? call.rows - row : kRows;
      for (int64_t i = 0; i < outputs * kRows; ++i) sums[i] = 0.0f;
      Turn<kFrames>(call.x + row * call.x_stride, call.x_stride, rows + taps - 1, call.x_stride,
                    turned);
      for (int64_t n = 0; n < outputs; ++n) {
        for (int64_t tap = 0; tap < taps; ++tap) {
          AddInputs<kFrames>(turned + tap, weights + n * call.inputs + tap * call.x_stride,
                             call.x_stride, sums + n * kRows);
        }
      }
      Finish(call, sums, row, rows, first, outputs);
    }
  }

  // The weights of each output side by side, `stride` apart.
  template <class W>
  static void Gather(const W* w, int64_t inputs, int64_t outputs, int64_t stride, float* weights) {
    alignas(64) float wide[kMaxOutputs];
    for (int64_t k = 0; k < inputs; ++k) {
      for (int64_t n = 0; n < kMaxOutputs; n += V::kLanes) {
        V::Store(wide + n, V::Load(w + k * kTileOutputs + n));
      }
      for (int64_t n = 0; n < outputs; ++n) weights[n * stride + k] = wide[n];
    }
  }

  static void Finish(const MatMulCall& call, const float* sums, int64_t row, int64_t rows,
                     int64_t first, int64_t outputs) {
    for (int64_t r = 0; r < rows; ++r) {
      float* y = call.y + (row + r) * call.y_stride + first;
      for (int64_t n = 0; n < outputs; ++n) {
        float value = sums[n * kRows + r];
        if (call.bias != nullptr) value += call.bias[first + n];
        y[n] = call.accumulate ? y[n] + value : value;
      }
    }
  }

  // turned [inputs][kWidth] = x [rows][inputs]; absent rows repeat the last one.
  template <int64_t kWidth>
  static void Turn(const float* x, int64_t x_stride, int64_t rows, int64_t inputs, float* turned) {
    for (int64_t r = 0; r < kWidth; r += 8) {
      const float* row[8];
      for (int i = 0; i < 8; ++i) row[i] = x + (r + i < rows ? r + i : rows - 1) * x_stride;
      int64_t k = 0;
      for (; k + 8 <= inputs; k += 8) {
        V::Transpose8x8(row, turned + k * kWidth + r, kWidth);
        for (const float*& at : row) at += 8;
      }
      for (; k < inputs; ++k) {
        for (int i = 0; i < 8; ++i) turned[k * kWidth + r + i] = *row[i]++;
      }
    }
  }

  // sums [64] += turned [inputs][kWidth] · weights, of the first 64 rows.
  template <int64_t kWidth>
  static void AddInputs(const float* turned, const float* weights, int64_t inputs, float* sums) {
    F sum[kVectors];
    for (int j = 0; j < kVectors; ++j) sum[j] = V::Load(sums + j * V::kLanes);
    for (int64_t k = 0; k < inputs; ++k) {
      const F weight = V::Set(weights[k]);
#pragma GCC unroll 8
      for (int j = 0; j < kVectors; ++j) {
        sum[j] = V::Fma(V::Load(turned + k * kWidth + j * V::kLanes), weight, sum[j]);
      }
    }
    for (int j = 0; j < kVectors; ++j) V::Store(sums + j * V::kLanes, sum[j]);
  }
};

}  // namespace
}  // namespace musicgen::kernels
