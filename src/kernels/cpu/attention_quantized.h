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
    for (int64_t chunk = 0, first = 0; first < keys; ++chunk, first += kv.chunk) {
      const char* tiles = at.key_tiles + chunk * kv.chunk_stride;
      const int64_t n = keys - first < kv.chunk ? keys - first : kv.chunk;
      const char* end = tiles + (n + kKeyTile - 1) / kKeyTile * at.key_tile_bytes;
      const char* next =
          first + n < keys ? tiles + kv.chunk_stride : reinterpret_cast<const char*>(at.values);
      float* to = scores + first;
      for (const char* tile = tiles; tile < end; tile += at.key_tile_bytes, to += kKeyTile) {
        Fetch(tile, at.key_tile_bytes, end, next);
        Scores(query, at.key_dim, tile, scale, offset, to);
      }
    }
    const float sum = Loops::Exponentials(keys, options.bias, scores);
    for (int64_t chunk = 0, first = 0; first < keys; ++chunk, first += kv.chunk) {
      const float* value_scales = Loops::Further(at.value_scales, chunk * kv.chunk_stride);
      const int64_t last = keys - first < kv.chunk ? keys : first + kv.chunk;
      for (int64_t i = first; i < last; i += V::kLanes) {  // the padding behind holds zeros
        V::Store(scores + i, V::Mul(V::Load(scores + i), V::Load(value_scales + i - first)));
      }
    }
    AllValues(scores, keys, kv, at, sum, options.next, out);
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
  static void AllValues(const float* weights, int64_t keys, const KvView& kv, const QuantizedKv& at,
                        float sum, const void* next, float* out) {
    for (int64_t d = 0; d < kv.head_dim; d += 4 * kSixteen) {
      const int8_t* v = at.values + d;
      const int64_t sixteens = (at.value_dim - d) / kSixteen, n = kv.head_dim - d;
      if (sixteens >= 4) {
        Values<4>(weights, keys, kv, v, at.value_dim, sum, n, next, out + d);
      } else if (sixteens == 3) {
        Values<3>(weights, keys, kv, v, at.value_dim, sum, n, next, out + d);
      } else if (sixteens == 2) {
        Values<2>(weights, keys, kv, v, at.value_dim, sum, n, next, out + d);
      } else {
        Values<1>(weights, keys, kv, v, at.value_dim, sum, n, next, out + d);
      }
    }
  }

  // 16·kSixteens outputs, of which the first n are stored.
  template <int kSixteens>
  static void Values(const float* weights, int64_t keys, const KvView& kv, const int8_t* v,
                     int64_t v_stride, float sum, int64_t n, const void* next, float* out) {
    constexpr int kParts = kSixteen / V::kLanes;
    F sums[kSixteens][kParts];
    for (int i = 0; i < kSixteens; ++i) {
      for (int j = 0; j < kParts; ++j) sums[i][j] = V::Zero();
    }
    for (int64_t chunk = 0, begin = 0; begin < keys; ++chunk, begin += kv.chunk) {
      const int64_t chunk_end = keys - begin < kv.chunk ? keys : begin + kv.chunk;
      const int8_t* at = v + chunk * kv.chunk_stride;
      const char* end = reinterpret_cast<const char*>(at + (chunk_end - begin) * v_stride);
      const void* then = chunk_end < keys ? at + kv.chunk_stride : next;
      for (int64_t first = begin; first < chunk_end; first += kKeyTile) {
        const int64_t last = first + kKeyTile < chunk_end ? first + kKeyTile : chunk_end;
        Fetch(reinterpret_cast<const char*>(at), kKeyTile * v_stride, end, then);
        for (int64_t key = first; key < last; ++key, at += v_stride) {
          const F weight = V::Set(weights[key]);
#pragma GCC unroll 4
          for (int i = 0; i < kSixteens; ++i) {
#pragma GCC unroll 2
            for (int j = 0; j < kParts; ++j) {
              sums[i][j] = V::Fma(weight, V::LoadRaised(at + i * kSixteen, j), sums[i][j]);
            }
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
