// kernels/attention.h for keys and values of eight bits.
#pragma once

#include <cstdint>

#include "kernels/cpu/attention_loops.h"
#include "kernels/cpu/quantize_rows.h"

namespace musicgen::kernels {
namespace {

template <class V, class D>
struct QuantizedAttention {
  using F = typename V::F;
  using I = typename V::I;
  using Loops = AttentionLoops<V>;
  static constexpr int kVectors = static_cast<int>(kKeyTile) / V::kLanes;
  static constexpr int kSixteen = static_cast<int>(kHeadPad);
  static constexpr int kLine = 64;
  static constexpr int64_t kAhead = 4096;  // bytes

  static void AttendRow(const float* q, const KvView& kv, int64_t head, int64_t keys,
                        const AttentionOptions& options, float* scratch, float* out) {
    if (keys <= 0) return Loops::Nothing(kv.head_dim, out);
    const QuantizedKv at = QuantizedHead(kv, head);
    float* scores = scratch;
    int8_t* query = reinterpret_cast<int8_t*>(scratch + Loops::RoundUp(keys, kKeyTile));
    float query_scale;
    int32_t query_sum;
    for (int64_t d = kv.head_dim; d < at.key_dim; ++d) query[d] = 0;
    VectorQuantizer<V>::Run(q, kv.head_dim, query, &query_scale, &query_sum);

    const F scale = V::Set(query_scale * options.scale);
    const int32_t offset = D::kQ8Offset * query_sum;
    const int64_t tiles = (keys + kKeyTile - 1) / kKeyTile;
    const char* keys_end = at.key_tiles + tiles * at.key_tile_bytes;
    for (int64_t tile = 0; tile < tiles; ++tile) {
      const char* keys_at = at.key_tiles + tile * at.key_tile_bytes;
      Fetch(keys_at, at.key_tile_bytes, keys_end, at.values);
      Scores(query, at.key_dim, keys_at, scale, offset, scores + tile * kKeyTile);
    }
    const float sum = Loops::Exponentials(keys, options.bias, scores);
    for (int64_t i = 0; i < keys; i += V::kLanes) {  // the padding behind holds zeros
      V::Store(scores + i, V::Mul(V::Load(scores + i), V::Load(at.value_scales + i)));
    }
    AllValues(scores, keys, at, kv.head_dim, sum, options.next, out);
  }

  // scores [32] = scale · key scales · (query·keys).
  static void Scores(const int8_t* query, int64_t dim, const char* tile, F scale, int32_t offset,
                     float* scores) {
    const float* key_scales = reinterpret_cast<const float*>(tile);
    const int8_t* keys = reinterpret_cast<const int8_t*>(key_scales + kKeyTile);
    I dot[kVectors];
    for (int j = 0; j < kVectors; ++j) dot[j] = V::SetI(0);
    for (int64_t d = 0; d < dim; d += 4, keys += kKeyTile * 4) {
      int32_t four;
      __builtin_memcpy(&four, query + d, 4);
      const I input = V::SetI(four);
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j) {
        dot[j] = D::AddQ8(dot[j], D::LoadQ8(keys + j * V::kLanes * 4), input);
      }
    }
    for (int j = 0; j < kVectors; ++j) {
      const F product = V::ToFloat(V::SubI(dot[j], V::SetI(offset)));
      const F both = V::Mul(V::Load(key_scales + j * V::kLanes), scale);
      V::Store(scores + j * V::kLanes, V::Mul(product, both));
    }
  }

  // out [dim] = Σ weights · values / sum.
  static void AllValues(const float* weights, int64_t keys, const QuantizedKv& at, int64_t dim,
                        float sum, const void* next, float* out) {
    for (int64_t d = 0; d < dim; d += 4 * kSixteen) {
      const int8_t* v = at.values + d;
      const int64_t sixteens = (at.value_dim - d) / kSixteen, n = dim - d;
      if (sixteens >= 4) {
        Values<4>(weights, keys, v, at.value_dim, sum, n, next, out + d);
      } else if (sixteens == 3) {
        Values<3>(weights, keys, v, at.value_dim, sum, n, next, out + d);
      } else if (sixteens == 2) {
        Values<2>(weights, keys, v, at.value_dim, sum, n, next, out + d);
      } else {
        Values<1>(weights, keys, v, at.value_dim, sum, n, next, out + d);
      }
    }
  }

  // 16·kSixteens outputs, of which the first n are stored.
  template <int kSixteens>
  static void Values(const float* weights, int64_t keys, const int8_t* v, int64_t v_stride,
                     float sum, int64_t n, const void* next, float* out) {
    constexpr int kParts = kSixteen / V::kLanes;
    F sums[kSixteens][kParts];
    for (int i = 0; i < kSixteens; ++i) {
      for (int j = 0; j < kParts; ++j) sums[i][j] = V::Zero();
    }
    const char* end = reinterpret_cast<const char*>(v + keys * v_stride);
    for (int64_t first = 0; first < keys; first += kKeyTile) {
      const int64_t last = first + kKeyTile < keys ? first + kKeyTile : keys;
      Fetch(reinterpret_cast<const char*>(v), kKeyTile * v_stride, end, next);
      for (int64_t key = first; key < last; ++key, v += v_stride) {
        const F weight = V::Set(weights[key]);
#pragma GCC unroll 4
        for (int i = 0; i < kSixteens; ++i) {
#pragma GCC unroll 2
          for (int j = 0; j < kParts; ++j) {
            sums[i][j] = V::Fma(weight, V::LoadRaised(v + i * kSixteen, j), sums[i][j]);
          }
        }
      }
    }
    const F divisor = V::Set(sum * 0x1p24f);
    for (int i = 0; i < kSixteens; ++i) {
      for (int j = 0; j < kParts; ++j) {
        const int64_t d = i * kSixteen + j * V::kLanes, left = n - d;
        if (left <= 0) break;
        V::StorePart(out + d, left < V::kLanes ? left : V::kLanes, V::Div(sums[i][j], divisor));
      }
    }
  }

  // Asks for what lies kAhead behind [at, at + bytes), or for the beginning of `next` where that is
  // behind the end.
  static void Fetch(const char* at, int64_t bytes, const char* end, const void* next) {
    const char* ahead = at + kAhead;
    if (ahead >= end) {
      if (next == nullptr) return;
      ahead = static_cast<const char*>(next) + (ahead - end);
    }
    for (int64_t i = 0; i < bytes; i += kLine) __builtin_prefetch(ahead + i);
  }
};

}  // namespace
}  // namespace musicgen::kernels
