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
    for (int64_t tile = 0; tile < tiles; ++tile) {
      Scores(query, at.key_dim, at.key_tiles + tile * at.key_tile_bytes, scale, offset,
             scores + tile * kKeyTile);
    }
    const float sum = Loops::Exponentials(keys, options.bias, scores);
    for (int64_t i = 0; i < keys; i += V::kLanes) {  // the padding behind holds zeros
      V::Store(scores + i, V::Mul(V::Load(scores + i), V::Load(at.value_scales + i)));
    }
    Loops::AllValues(scores, keys, reinterpret_cast<const I8*>(at.values), kv.head_dim, sum, out);
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
};

}  // namespace
}  // namespace musicgen::kernels
