// kernels/attention.h for one set of vector operations.
#pragma once

#include <cstdint>

#include "kernels/attention.h"
#include "kernels/cpu/functions.h"
#include "kernels/cpu/norm_loops.h"
#include "kernels/cpu/stored_types.h"

namespace musicgen::kernels {
namespace {

template <class V>
struct AttentionLoops {
  using F = typename V::F;
  // Eight chains at once keep the multipliers busy.
  static constexpr int kTilesAtOnce = V::kLanes == 1 ? 1 : V::kLanes / 4;
  static constexpr int64_t kValueBlock = 64;  // outputs at once

  static int64_t RoundUp(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

  static void AttendRow(const float* q, const KvView& kv, int64_t head, int64_t keys,
                        const AttentionOptions& options, float* scratch, float* out) {
    switch (kv.format) {
      case WeightFormat::kF32:
        return Attend<float>(q, kv, head, keys, options, scratch, out);
      case WeightFormat::kF16:
        return Attend<F16>(q, kv, head, keys, options, scratch, out);
      case WeightFormat::kBF16:
        return Attend<BF16>(q, kv, head, keys, options, scratch, out);
      case WeightFormat::kQ8:
      case WeightFormat::kQ4:
        return;  // cpu/attention_quantized.h
    }
  }

  static void Nothing(int64_t dim, float* out) {
    for (int64_t d = 0; d < dim; ++d) out[d] = 0.0f;
  }

  template <class T>
  static void Attend(const float* q, const KvView& kv, int64_t head, int64_t keys,
                     const AttentionOptions& options, float* scratch, float* out) {
    const int64_t dim = kv.head_dim;
    if (keys <= 0) return Nothing(dim, out);
    const T* first_k = static_cast<const T*>(kv.k) + head * RoundUp(kv.chunk, kKeyTile) * dim;
    for (int64_t chunk = 0, first = 0; first < keys; ++chunk, first += kv.chunk) {
      const T* k = Further(first_k, chunk * kv.chunk_stride);
      const int64_t left = keys - first < kv.chunk ? keys - first : kv.chunk;
      const int64_t tiles = (left + kKeyTile - 1) / kKeyTile;
      int64_t tile = 0;
      for (; tile + kTilesAtOnce <= tiles; tile += kTilesAtOnce) {
        Scores<kTilesAtOnce>(q, k, tile, dim, options.scale, scratch + first);
      }
      for (; tile < tiles; ++tile) Scores<1>(q, k, tile, dim, options.scale, scratch + first);
    }

    const float sum = Exponentials(keys, options.bias, scratch);

    const T* v = static_cast<const T*>(kv.v) + head * kv.chunk * RoundUp(dim, kHeadPad);
    AllValues(scratch, keys, kv, v, sum, out);
  }

  template <class T>
  static const T* Further(const T* at, int64_t bytes) {
    return reinterpret_cast<const T*>(reinterpret_cast<const char*>(at) + bytes);
  }

  // out [dim] = Σ weights · v / sum.
  template <class T>
  static void AllValues(const float* weights, int64_t keys, const KvView& kv, const T* v, float sum,
                        float* out) {
    const int64_t padded = RoundUp(kv.head_dim, kHeadPad);
    for (int64_t d = 0; d < padded; d += kValueBlock) {
      const int64_t left = padded - d;
      const int64_t n = kv.head_dim - d;
      if (left >= 64) {
        Values<4>(weights, keys, kv, v + d, padded, sum, n, out + d);
      } else if (left == 48) {
        Values<3>(weights, keys, kv, v + d, padded, sum, n, out + d);
      } else if (left == 32) {
        Values<2>(weights, keys, kv, v + d, padded, sum, n, out + d);
      } else {
        Values<1>(weights, keys, kv, v + d, padded, sum, n, out + d);
      }
    }
  }

  // scores[key] = scale · (q·k) for the keys of kTiles tiles.
  template <int kTiles, class T>
  static void Scores(const float* q, const T* k, int64_t tile, int64_t dim, float scale,
                     float* scores) {
    constexpr int kVectors = static_cast<int>(kKeyTile) / V::kLanes;
    F sums[kTiles][kVectors];
    for (int t = 0; t < kTiles; ++t) {
      for (int j = 0; j < kVectors; ++j) sums[t][j] = V::Zero();
    }
    const T* at = k + tile * dim * kKeyTile;
    for (int64_t d = 0; d < dim; ++d, at += kKeyTile) {
      const F query = V::Set(q[d]);
#pragma GCC unroll 4
      for (int t = 0; t < kTiles; ++t) {
#pragma GCC unroll 4
        for (int j = 0; j < kVectors; ++j) {
          sums[t][j] = V::Fma(query, V::Load(at + t * dim * kKeyTile + j * V::kLanes), sums[t][j]);
        }
      }
    }
    for (int t = 0; t < kTiles; ++t) {
      for (int j = 0; j < kVectors; ++j) {
        V::Store(scores + (tile + t) * kKeyTile + j * V::kLanes, V::Mul(sums[t][j], V::Set(scale)));
      }
    }
  }

  // scores += bias; their largest. The absent keys up to `padded` weigh nothing.
  static float Largest(int64_t keys, int64_t padded, const float* bias, float* scores) {
    for (int64_t i = keys; i < padded; ++i) scores[i] = -__builtin_inff();
    F top = V::Set(-__builtin_inff());
    for (int64_t i = 0; i < padded; i += V::kLanes) {
      F score = V::Load(scores + i);
      if (bias != nullptr) {
        const int64_t left = keys - i < 0 ? 0 : keys - i;
        score = V::Add(score, V::LoadPart(bias + i, left < V::kLanes ? left : V::kLanes));
        V::Store(scores + i, score);
      }
      top = V::Max(score, top);
    }
    float tops[V::kLanes];
    V::Store(tops, top);
    float max = tops[0];
    for (int i = 1; i < V::kLanes; ++i) max = tops[i] > max ? tops[i] : max;
    return max;
  }

  // scores = exp(scores + bias − max); their sum.
  static float Exponentials(int64_t keys, const float* bias, float* scores) {
    const int64_t padded = RoundUp(keys, kReduceLanes);
    const F shift = V::Set(Largest(keys, padded, bias, scores));
    LaneSums<V> sums;
    for (int64_t i = 0; i < padded; i += kReduceLanes) {
      sums.Accumulate(
          i, kReduceLanes,
          [&](int64_t at, int64_t) {
            const F e = ExpOf<V>(V::Sub(V::Load(scores + at), shift));
            V::Store(scores + at, e);
            return e;
          },
          [](F sum, F e) { return V::Add(sum, e); });
    }
    return sums.Total();
  }

  // kernels/attention.h's AttentionWeights.
  static float Weights(float* scores, int64_t keys, const AttentionOptions& options) {
    const F scale = V::Set(options.scale);
    for (int64_t i = 0; i < keys; i += V::kLanes) {  // behind the keys is room
      V::Store(scores + i, V::Mul(V::Load(scores + i), scale));
    }
    return Exponentials(keys, options.bias, scores);
  }

  // 16·kSixteens outputs, of which the first n are stored.
  template <int kSixteens, class T>
  static void Values(const float* weights, int64_t keys, const KvView& kv, const T* v,
                     int64_t v_stride, float sum, int64_t n, float* out) {
    constexpr int kVectors = kSixteens * 16 / V::kLanes;
    alignas(64) float totals[kSixteens * 16] = {};  // of the segments before
    F sums[kVectors];
    for (int j = 0; j < kVectors; ++j) sums[j] = V::Zero();
    const auto end_segment = [&](bool first) __attribute__((always_inline)) {
      for (int j = 0; j < kVectors; ++j) {
        float* total = totals + j * V::kLanes;
        V::Store(total, first ? sums[j] : V::Add(V::Load(total), sums[j]));
        sums[j] = V::Zero();
      }
    };
    for (int64_t chunk = 0, first = 0; first < keys; ++chunk, first += kv.chunk) {
      const int64_t last = keys - first < kv.chunk ? keys : first + kv.chunk;
      const T* at = Further(v, chunk * kv.chunk_stride);
      for (int64_t key = first; key < last;) {
        if (key % kKeySegment == 0 && key > 0) end_segment(key == kKeySegment);
        const int64_t segment_end = (key / kKeySegment + 1) * kKeySegment;
        const int64_t end = last < segment_end ? last : segment_end;
        for (; key < end; ++key, at += v_stride) {
          const F weight = V::Set(weights[key]);
#pragma GCC unroll 8
          for (int j = 0; j < kVectors; ++j) {
            sums[j] = V::Fma(weight, V::Load(at + j * V::kLanes), sums[j]);
          }
        }
      }
    }
    end_segment(keys <= kKeySegment);
    for (int j = 0; j < kVectors; ++j) {
      const int64_t left = n - j * V::kLanes;
      if (left <= 0) break;
      V::StorePart(out + j * V::kLanes, left < V::kLanes ? left : V::kLanes,
                   V::Div(V::Load(totals + j * V::kLanes), V::Set(sum)));
    }
  }
};

}  // namespace
}  // namespace musicgen::kernels
