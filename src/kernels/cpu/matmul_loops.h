// kernels/matmul.h for one set of vector operations.
//
// Outputs lie across lanes and each has one accumulator for a segment of the inputs, so no split of
// the loops changes a sum; what the segments before it came to waits in memory.
#pragma once

#include <cstdint>

#include "kernels/cpu/kernel_table.h"
#include "kernels/cpu/matmul_narrow.h"
#include "kernels/cpu/stored_types.h"

namespace musicgen::kernels {
namespace {

template <class V>
struct MatMulLoops {
  using F = typename V::F;
  static constexpr int kOutputs = static_cast<int>(kTileOutputs);
  static constexpr int kVectors = kOutputs / V::kLanes;
  // 24 KiB of weights in float stay in the first cache while the rows of a block pass by.
  static constexpr int64_t kBlockInputs = 3 * kSumSegment;
  static constexpr int64_t kBlockRows = 96;
  static constexpr int kLine = 64;
  static constexpr int64_t kAhead = 16 * 1024;                             // bytes
  static constexpr int kTilesAtOnce = V::kLanes == 1 ? 1 : V::kLanes / 4;  // of one row
  static constexpr int kRowAhead = 4 * 1024;                               // bytes

  // Memory to ask for along the way: so many cache lines every four inputs.
  struct Prefetch {
    uintptr_t next = 0;  // may lie behind the weights: asking is harmless
    int lines = 0;
  };

  static void Run(const MatMulCall& call) {
    switch (call.format) {
      case WeightFormat::kF32:
        return RunFormat<float>(call);
      case WeightFormat::kF16:
        return RunFormat<F16>(call);
      case WeightFormat::kBF16:
        return RunFormat<BF16>(call);
      case WeightFormat::kQ8:
      case WeightFormat::kQ4:
        return;  // cpu/matmul_quantized.h
    }
  }

  template <class W>
  static void RunFormat(const MatMulCall& call) {
    if constexpr (kTilesAtOnce > 1) {
      if (call.rows == 1) return RunRow<W>(call);
    }
    const auto weights = [&](int64_t tile) {
      return static_cast<const W*>(call.weights) + tile * call.inputs * kOutputs;
    };
    int64_t tile_end = call.tile_end;
    const int64_t last = tile_end - 1;
    if (NarrowMatMul<V>::Suits(call.outputs - last * kOutputs, call.rows)) {
      NarrowMatMul<V>::Run(call, weights(last), last * kOutputs, call.outputs - last * kOutputs);
      tile_end = last;
    }
    const int64_t blocks = (call.rows + kBlockRows - 1) / kBlockRows;
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t begin = call.rows * block / blocks;
      const int64_t end = call.rows * (block + 1) / blocks;
      for (int64_t tile = call.tile_begin; tile < tile_end; ++tile) {
        const int64_t left = call.outputs - tile * kOutputs;
        Tile(call, weights(tile), tile * kOutputs, left < kOutputs ? left : kOutputs, begin, end);
      }
    }
  }

  // One row: a tile alone has too few chains to hide the latency of a sum.
  template <class W>
  static void RunRow(const MatMulCall& call) {
    alignas(64) float sums[kTilesAtOnce * kOutputs];
    int64_t tile = call.tile_begin;
    for (; tile + kTilesAtOnce <= call.tile_end; tile += kTilesAtOnce) {
      AddRow<kTilesAtOnce>(call, tile, static_cast<const W*>(call.weights), sums);
    }
    for (; tile < call.tile_end; ++tile) {
      AddRow<1>(call, tile, static_cast<const W*>(call.weights), sums);
    }
  }

  template <int kTiles, class W>
  static void AddRow(const MatMulCall& call, int64_t tile, const W* weights, float* sums) {
    constexpr int kLines = kOutputs * static_cast<int>(sizeof(W)) / kLine;
    const int64_t inputs = call.inputs;
    const W* w = weights + tile * inputs * kOutputs;
    F sum[kTiles][kVectors];
    const auto add_input = [&](int64_t k) __attribute__((always_inline)) {
      const F input = V::Set(call.x[k]);
#pragma GCC unroll 4
      for (int t = 0; t < kTiles; ++t) {
        const W* at = w + (t * inputs + k) * kOutputs;
#pragma GCC unroll 2
        for (int line = 0; line < kLines; ++line) {  // may lie behind the weights: harmless
          __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<uintptr_t>(at) +
                                                           kRowAhead + line * kLine));
        }
#pragma GCC unroll 4
        for (int j = 0; j < kVectors; ++j) {
          sum[t][j] = V::Fma(input, V::Load(at + j * V::kLanes), sum[t][j]);
        }
      }
    };
    int64_t k = 0;
    do {
      const int64_t begin = k, end = k + kSumSegment < inputs ? k + kSumSegment : inputs;
      for (int t = 0; t < kTiles; ++t) {
        for (int j = 0; j < kVectors; ++j) sum[t][j] = V::Zero();
      }
      for (; k + 4 <= end; k += 4) {
        add_input(k);
        add_input(k + 1);
        add_input(k + 2);
        add_input(k + 3);
      }
      for (; k < end; ++k) add_input(k);
      AddSegment(begin == 0, sum, sums);
    } while (k < inputs);
    for (int t = 0; t < kTiles; ++t) {
      const int64_t first = (tile + t) * kOutputs;
      const int64_t left = call.outputs - first;
      Finish(call, sums + t * kOutputs, left < kOutputs ? left : kOutputs, first, call.y + first);
    }
  }

  // Rows [begin, end), at most kBlockRows, of the outputs [first, first + width).
  template <class W>
  static void Tile(const MatMulCall& call, const W* w, int64_t first, int64_t width, int64_t begin,
                   int64_t end) {
    alignas(64) float sums[kBlockRows * kOutputs];
    const int64_t rows = end - begin;
    const int64_t groups = (rows + V::kRows - 1) / V::kRows;
    const float* x = call.x + begin * call.x_stride;
    if (groups == 1) {  // the weights pass by once
      const Prefetch ahead{reinterpret_cast<uintptr_t>(w) + kAhead, LinesOfFour<W>()};
      AddRows<V::kRows>(rows, x, call.x_stride, w, call.inputs, true, ahead, sums);
    } else {
      for (int64_t k = 0; k == 0 || k < call.inputs; k += kBlockInputs) {
        const int64_t left = call.inputs - k;
        Block(call.x_stride, x + k, rows, groups, w + k * kOutputs,
              left < kBlockInputs ? left : kBlockInputs, k == 0, sums);
      }
    }
    for (int64_t r = 0; r < rows; ++r) {
      Finish(call, sums + r * kOutputs, width, first, call.y + (begin + r) * call.y_stride + first);
    }
  }

  // sums [rows][32] += x·w over one block of inputs, whole segments but for the last.
  template <class W>
  static void Block(int64_t x_stride, const float* x, int64_t rows, int64_t groups, const W* w,
                    int64_t inputs, bool first, float* sums) {
    // Each group of rows asks for its share of the next block.
    Prefetch ahead;
    ahead.next = reinterpret_cast<uintptr_t>(w + inputs * kOutputs);
    ahead.lines = groups <= 8 ? static_cast<int>((LinesOfFour<W>() + groups - 1) / groups) : 0;
    if constexpr (sizeof(W) != sizeof(float)) {
      if (groups >= 3) {  // widening once is cheaper than in every group
        alignas(64) float panel[kBlockInputs * kOutputs];
        for (int64_t i = 0; i < inputs * kOutputs; i += V::kLanes) {
          V::Store(panel + i, V::Load(w + i));
        }
        return Groups(x_stride, x, rows, groups, panel, inputs, first, ahead, sums);
      }
    }
    Groups(x_stride, x, rows, groups, w, inputs, first, ahead, sums);
  }

  template <class W>
  static void Groups(int64_t x_stride, const float* x, int64_t rows, int64_t groups, const W* w,
                     int64_t inputs, bool first, Prefetch ahead, float* sums) {
    for (int64_t group = 0; group < groups; ++group) {
      const int64_t r = rows * group / groups;
      const int64_t count = rows * (group + 1) / groups - r;
      AddRows<V::kRows>(count, x + r * x_stride, x_stride, w, inputs, first, ahead,
                        sums + r * kOutputs);
      ahead.next += static_cast<uintptr_t>(inputs / 4 * ahead.lines * kLine);
    }
  }

  template <class W>
  static constexpr int LinesOfFour() {
    return 4 * kOutputs * static_cast<int>(sizeof(W)) / kLine;
  }

  // Picks the loop for `rows`, at most kRows.
  template <int kRows, class W>
  static void AddRows(int64_t rows, const float* x, int64_t x_stride, const W* w, int64_t inputs,
                      bool first, Prefetch ahead, float* sums) {
    if constexpr (kRows > 1) {
      if (rows < kRows) {
        return AddRows<kRows - 1>(rows, x, x_stride, w, inputs, first, ahead, sums);
      }
    }
    AddInputs<kRows>(x, x_stride, w, inputs, first, ahead, sums);
  }

  template <int kRows, class W>
  static void AddInputs(const float* x, int64_t x_stride, const W* w, int64_t inputs, bool first,
                        Prefetch ahead, float* sums) {
    F sum[kRows][kVectors];
    const auto add_input = [&](int64_t k) __attribute__((always_inline)) {
      F input[kRows];
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) input[r] = V::Set(x[r * x_stride + k]);
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j) {
        const F weight = V::Load(w + k * kOutputs + j * V::kLanes);
#pragma GCC unroll 8
        for (int r = 0; r < kRows; ++r) sum[r][j] = V::Fma(input[r], weight, sum[r][j]);
      }
    };
    int64_t k = 0;
    do {
      const int64_t begin = k, end = k + kSumSegment < inputs ? k + kSumSegment : inputs;
      for (int r = 0; r < kRows; ++r) {
        for (int j = 0; j < kVectors; ++j) sum[r][j] = V::Zero();
      }
      for (; k + 4 <= end; k += 4) {
        for (int line = 0; line < ahead.lines; ++line, ahead.next += kLine) {
          __builtin_prefetch(reinterpret_cast<const void*>(ahead.next));
        }
        add_input(k);
        add_input(k + 1);
        add_input(k + 2);
        add_input(k + 3);
      }
      for (; k < end; ++k) add_input(k);
      AddSegment(first && begin == 0, sum, sums);
    } while (k < inputs);
  }

  // sums [kCount][32] += a segment's sums, or the first segment's.
  template <int kCount>
  static void AddSegment(bool first, const F (&segment)[kCount][kVectors], float* sums) {
    for (int i = 0; i < kCount; ++i) {
      for (int j = 0; j < kVectors; ++j, sums += V::kLanes) {
        V::Store(sums, first ? segment[i][j] : V::Add(V::Load(sums), segment[i][j]));
      }
    }
  }

  static void Finish(const MatMulCall& call, const float* sums, int64_t width, int64_t first,
                     float* y) {
    for (int j = 0; j < kVectors; ++j) {
      const int64_t at = j * V::kLanes;
      if (at >= width) break;
      const int64_t n = width - at < V::kLanes ? width - at : V::kLanes;
      F value = V::Load(sums + at);
      if (call.bias != nullptr) value = V::Add(value, V::LoadPart(call.bias + first + at, n));
      if (call.accumulate) value = V::Add(V::LoadPart(y + at, n), value);
      V::StorePart(y + at, n, value);
    }
  }
};

}  // namespace
}  // namespace musicgen::kernels
