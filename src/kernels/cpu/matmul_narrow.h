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
  static constexpr int64_t kRows = 64;             // at once
  static constexpr int64_t kInputs = kSumSegment;  // turned at once
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
      for (int64_t k = 0; k == 0 || k < call.inputs; k += kInputs) {
        const int64_t inputs = call.inputs - k < kInputs ? call.inputs - k : kInputs;
        Turn<kRows>(call.x + row * call.x_stride + k, call.x_stride, rows, inputs, turned);
        Gather(w + k * kTileOutputs, inputs, outputs, kInputs, weights);
        for (int64_t n = 0; n < outputs; ++n) {
          F sum[kVectors];
          Clear(sum);
          AddInputs<kRows>(turned, weights + n * kInputs, inputs, sum);
          AddSegment(k == 0, sum, sums + n * kRows);
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
    const int64_t stride = call.x_stride, taps = call.inputs / stride;
    Gather(w, call.inputs, outputs, call.inputs, weights);
    for (int64_t row = 0; row < call.rows; row += kRows) {
      const int64_t rows = call.rows - row < kRows ? call.rows - row : kRows;
      Turn<kFrames>(call.x + row * call.x_stride, call.x_stride, rows + taps - 1, call.x_stride,
                    turned);
      for (int64_t n = 0; n < outputs; ++n) {
        for (int64_t k = 0; k < call.inputs;) {
          const int64_t begin = k, left = call.inputs - begin;
          const int64_t end = begin + (left < kSumSegment ? left : kSumSegment);
          F sum[kVectors];
          Clear(sum);
          while (k < end) {  // tap by tap
            const int64_t tap = k / stride, tap_end = (tap + 1) * stride;
            const int64_t inputs = (tap_end < end ? tap_end : end) - k;
            AddInputs<kFrames>(turned + tap + (k - tap * stride) * kFrames,
                               weights + n * call.inputs + k, inputs, sum);
            k += inputs;
          }
          AddSegment(begin == 0, sum, sums + n * kRows);
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

  static void Clear(F (&sum)[kVectors]) {
    for (int j = 0; j < kVectors; ++j) sum[j] = V::Zero();
  }

  // sum [64] += turned [inputs][kWidth] · weights, of the first 64 rows.
  template <int64_t kWidth>
  static void AddInputs(const float* turned, const float* weights, int64_t inputs,
                        F (&sum)[kVectors]) {
    for (int64_t k = 0; k < inputs; ++k) {
      const F weight = V::Set(weights[k]);
#pragma GCC unroll 8
      for (int j = 0; j < kVectors; ++j) {
        sum[j] = V::Fma(V::Load(turned + k * kWidth + j * V::kLanes), weight, sum[j]);
      }
    }
  }

  // sums [64] += a segment's sums, or the first segment's.
  static void AddSegment(bool first, const F (&segment)[kVectors], float* sums) {
    for (int j = 0; j < kVectors; ++j, sums += V::kLanes) {
      V::Store(sums, first ? segment[j] : V::Add(V::Load(sums), segment[j]));
    }
  }
};

}  // namespace
}  // namespace musicgen::kernels
