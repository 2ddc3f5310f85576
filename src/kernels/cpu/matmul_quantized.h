// kernels/matmul.h for weights of eight and four bits.
//
// A tile is a list of groups of 32 inputs, each with the scales of its 32 outputs (f16) and then
// their integers: eight bits as [8][32 outputs][4 inputs], four bits as [4][32 outputs][4 bytes],
// where byte j of part p holds input 4p + j in its low and input 16 + 4p + j in its high half.
#pragma once

#include <cstdint>

#include "kernels/cpu/kernel_table.h"
#include "kernels/cpu/quantize_rows.h"
#include "kernels/cpu/stored_types.h"
#include "kernels/packed_matrix.h"

namespace musicgen::kernels {
namespace {

template <class V, class D>
struct QuantizedMatMul {
  using F = typename V::F;
  using I = typename V::I;
  static constexpr int kOutputs = static_cast<int>(kTileOutputs);
  static constexpr int kGroup = static_cast<int>(kQuantGroup);
  static constexpr int kVectors = kOutputs / V::kLanes;
  static constexpr int kLaneBytes = V::kLanes * 4;
  static constexpr int kLine = 64;
  static constexpr int64_t kAhead = 16 * 1024;  // bytes
  // Rows quantised at once: they stay in the second cache while the weights pass by.
  static constexpr int64_t kBlockRows = 48;
  static constexpr int64_t kBlockBytes = kMatMulScratchBytes;
  // A row of the most inputs, and its rest.
  static_assert(2 * QuantizedRows::BytesOfRow(PackedMatrix::kMaxQuantizedInputs) <= kBlockBytes);

  // What the loops need to know of a format: bytes of a group's integers, and the product of one
  // group for kRows rows and kWidth vectors of outputs.
  struct Q8 {
    static constexpr int kBytes = kOutputs * kGroup;
    static constexpr int32_t kOffset = D::kQ8Offset;
    template <bool kFetch, int kRows, int kWidth>
    static void Dot(const char* w, const char* ahead, const int8_t* x, I (&dot)[kRows][kWidth]) {
      I sum[kRows][kWidth];
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
        for (int j = 0; j < kWidth; ++j) sum[r][j] = V::SetI(0);
      }
#pragma GCC unroll 1
      for (int step = 0; step < kGroup / 4; ++step, w += kOutputs * 4) {
        if constexpr (kFetch) FetchStep(&ahead);
        typename D::Q8 weight[kWidth];
#pragma GCC unroll 4
        for (int j = 0; j < kWidth; ++j) {
          weight[j] = D::LoadQ8(reinterpret_cast<const int8_t*>(w) + j * kLaneBytes);
        }
#pragma GCC unroll 8
        for (int r = 0; r < kRows; ++r) {
          const I input = FourInputs(x + r * kGroup + step * 4);
#pragma GCC unroll 4
          for (int j = 0; j < kWidth; ++j) sum[r][j] = D::AddQ8(sum[r][j], weight[j], input);
        }
      }
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
        for (int j = 0; j < kWidth; ++j) dot[r][j] = sum[r][j];
      }
    }
  };

  struct Q4 {
    static constexpr int kBytes = kOutputs * kGroup / 2;
    static constexpr int32_t kOffset = 8;
    template <bool kFetch, int kRows, int kWidth>
    static void Dot(const char* w, const char* ahead, const int8_t* x, I (&dot)[kRows][kWidth]) {
      typename D::Q4Sum sum[kRows][kWidth];
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
        for (int j = 0; j < kWidth; ++j) sum[r][j] = D::ZeroQ4();
      }
#pragma GCC unroll 1
      for (int step = 0; step < kGroup / 8; ++step, w += kOutputs * 4) {
        if constexpr (kFetch) FetchStep(&ahead);
        I low[kRows], high[kRows];
#pragma GCC unroll 8
        for (int r = 0; r < kRows; ++r) {
          low[r] = FourInputs(x + r * kGroup + step * 4);
          high[r] = FourInputs(x + r * kGroup + kGroup / 2 + step * 4);
        }
#pragma GCC unroll 4
        for (int j = 0; j < kWidth; ++j) {
          const auto weight = D::LoadQ4(reinterpret_cast<const uint8_t*>(w) + j * kLaneBytes);
#pragma GCC unroll 8
          for (int r = 0; r < kRows; ++r) {
            sum[r][j] = D::AddQ4(D::AddQ4(sum[r][j], weight.low, low[r]), weight.high, high[r]);
          }
        }
      }
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
        for (int j = 0; j < kWidth; ++j) dot[r][j] = D::TotalQ4(sum[r][j]);
      }
    }
  };

  static void Run(const MatMulCall& call) {
    return call.format == WeightFormat::kQ8 ? RunFormat<Q8>(call) : RunFormat<Q4>(call);
  }

  template <class Format>
  static void RunFormat(const MatMulCall& call) {
    char* const memory = static_cast<char*>(call.scratch);
    const int64_t groups = QuantizedRows::Groups(call.inputs);
    const int64_t fitting = kBlockBytes / QuantizedRows::BytesOfRow(call.inputs);
    const int64_t parts =
        call.two_digit_activations ? 2 : 1;  // a row, and what its integers leave of it
    const int64_t most = (fitting < kBlockRows ? fitting : kBlockRows) / parts;
    const int64_t blocks = (call.rows + most - 1) / most;
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t begin = call.rows * block / blocks;
      const int64_t rows = call.rows * (block + 1) / blocks - begin;
      QuantizedRows x{reinterpret_cast<int8_t*>(memory), nullptr, nullptr, parts * rows};
      x.scales = reinterpret_cast<float*>(memory + groups * x.rows * kGroup);
      x.sums = reinterpret_cast<int32_t*>(x.scales + groups * x.rows);
      for (int64_t r = 0; r < rows; ++r) {
        const float* row = call.x + (begin + r) * call.x_stride;
        QuantizeRow<V>(row, call.inputs, r, x);
        if (call.two_digit_activations) QuantizeSecondDigit<V>(row, call.inputs, r, rows + r, x);
      }
      for (int64_t tile = call.tile_begin; tile < call.tile_end; ++tile) {
        Tile<Format>(call, tile, x, groups, begin, rows);
      }
    }
  }

  template <class Format>
  static void Tile(const MatMulCall& call, int64_t tile, const QuantizedRows& x, int64_t groups,
                   int64_t begin, int64_t rows) {
    constexpr int kGroupBytes = kOutputs * 2 + Format::kBytes;
    alignas(64) float sums[kBlockRows * kOutputs];     // of the segments that have ended
    alignas(64) float segment[kBlockRows * kOutputs];  // the sum of one after the first
    const char* w = static_cast<const char*>(call.weights) + tile * groups * kGroupBytes;
    Clear(x.rows, sums);
    float* into = sums;
    // Rows that share a pass over a group; all of a step's few rows read each weight once.
    const int64_t passes = (x.rows + V::kDotRows - 1) / V::kDotRows;
    const char* end = static_cast<const char*>(call.weights) + call.tile_end * groups * kGroupBytes;
    for (int64_t g = 0; g < groups; ++g, w += kGroupBytes) {
      if (g > 0 && g % kSumSegmentGroups == 0) {
        if (into == segment) Add(x.rows, segment, sums);
        into = segment;
        Clear(x.rows, segment);
      }
      const char* ahead = Ahead(w, end, static_cast<const char*>(call.next));
      AddRows<Format, true, V::kDotRows>(x.rows / passes, w, ahead, x, g * x.rows, into);
      for (int64_t pass = 1; pass < passes; ++pass) {
        const int64_t r = x.rows * pass / passes;
        AddRows<Format, false, V::kDotRows>(x.rows * (pass + 1) / passes - r, w, nullptr, x,
                                            g * x.rows + r, into + r * kOutputs);
      }
    }
    if (into == segment) Add(x.rows, segment, sums);
    const int64_t first = tile * kOutputs, left = call.outputs - first;
    for (int64_t i = 0; call.two_digit_activations && i < rows * kOutputs; i += V::kLanes) {
      V::Store(sums + i, V::Add(V::Load(sums + i), V::Load(sums + rows * kOutputs + i)));
    }
    for (int64_t r = 0; r < rows; ++r) {
      MatMulLoops<V>::Finish(call, sums + r * kOutputs, left < kOutputs ? left : kOutputs, first,
                             call.y + (begin + r) * call.y_stride + first);
    }
  }

  static void Clear(int64_t rows, float* sums) {
    for (int64_t i = 0; i < rows * kOutputs; i += V::kLanes) V::Store(sums + i, V::Zero());
  }

  static void Add(int64_t rows, const float* segment, float* sums) {
    for (int64_t i = 0; i < rows * kOutputs; i += V::kLanes) {
      V::Store(sums + i, V::Add(V::Load(sums + i), V::Load(segment + i)));
    }
  }

  // Picks the loop for `rows`, at most kRows.
  template <class Format, bool kFetch, int kRows>
  static void AddRows(int64_t rows, const char* w, const char* ahead, const QuantizedRows& x,
                      int64_t at, float* sums) {
    if constexpr (kRows > 1) {
      if (rows < kRows) return AddRows<Format, kFetch, kRows - 1>(rows, w, ahead, x, at, sums);
    }
    // As many vectors of outputs as leave their integers in registers.
    constexpr int kWidth = kRows <= V::kDotSums / kVectors ? kVectors : kVectors / 2;
    AddGroup<Format, kFetch, kRows, kWidth>(w, ahead, x, at, sums);
    if constexpr (kWidth < kVectors) {
      AddGroup<Format, false, kRows, kWidth>(w, nullptr, x, at, sums, kWidth);
    }
  }

  // sums [kRows][32] += scale · scale · Σ integers, for the vectors of outputs from `vector`.
  template <class Format, bool kFetch, int kRows, int kWidth>
  static void AddGroup(const char* w, const char* ahead, const QuantizedRows& x, int64_t at,
                       float* sums, int vector = 0) {
    I dot[kRows][kWidth];
    if constexpr (kFetch) __builtin_prefetch(ahead);  // the scales
    if constexpr (kFetch) ahead += kOutputs * 2;
    Format::template Dot<kFetch>(w + kOutputs * 2 + vector * kLaneBytes, ahead,
                                 x.values + at * kGroup, dot);
    const F16* scales = reinterpret_cast<const F16*>(w) + vector * V::kLanes;
    sums += vector * V::kLanes;
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const F scale = V::Set(x.scales[at + r]);
      const I offset = V::SetI(Format::kOffset * x.sums[at + r]);
#pragma GCC unroll 4
      for (int j = 0; j < kWidth; ++j) {
        I total = dot[r][j];
        if constexpr (Format::kOffset != 0) total = V::SubI(total, offset);
        float* sum = sums + r * kOutputs + j * V::kLanes;
        const F both = V::Mul(V::Load(scales + j * V::kLanes), scale);
        V::Store(sum, V::Fma(V::ToFloat(total), both, V::Load(sum)));
      }
    }
  }

  // Where a later group lies: further on, or behind this thread's stretch in what it reads next.
  static const char* Ahead(const char* w, const char* end, const char* next) {
    const int64_t left = end - w;
    return left > kAhead || next == nullptr ? w + kAhead : next + (kAhead - left);
  }
  // What its step will want: a few lines at a time, as misses wait for each other.
  static void FetchStep(const char** ahead) {
    for (int i = 0; i < kOutputs * 4 / kLine; ++i, *ahead += kLine) __builtin_prefetch(*ahead);
  }

  static I FourInputs(const int8_t* x) {
    int32_t four;
    __builtin_memcpy(&four, x, 4);
    return V::SetI(four);
  }
};

}  // namespace
}  // namespace musicgen::kernels
