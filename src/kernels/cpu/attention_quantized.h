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
  using Quantizer = VectorQuantizer<V>;
  static constexpr int kVectors = static_cast<int>(kKeyTile) / V::kLanes;
  static constexpr int kSixteen = static_cast<int>(kHeadPad);
  static constexpr int kLine = 64;
  // No more than a chunk of a cache holds: in `next` they are taken to lie in a row.
  static constexpr int64_t kTilesAhead = 4;
  static constexpr int kScaleAt = static_cast<int>(kKeyTile) / 2;  // behind two digits

  // What one call reads: the tiles of keys, then those of values, then `next`.
  struct Tiles {
    const KvView& kv;
    QuantizedKv at;
    int64_t count;  // of keys, and as many of values
    uint32_t chunk_tiles;
    const char* next;

    const char* Key(int64_t i) const { return Find(at.key_tiles, at.key_tile_bytes, i); }
    const char* Value(int64_t i) const { return Find(at.value_tiles, at.value_tile_bytes, i); }
    // What is asked for while the i-th tile is worked on.
    const char* AheadOf(int64_t i) const {
      i += kTilesAhead < count ? kTilesAhead : count;
      if (i < count) return Key(i);
      if (i < 2 * count) return Value(i - count);
      return next == nullptr ? at.value_tiles : next + (i - 2 * count) * at.key_tile_bytes;
    }
    const char* Find(const char* first, int64_t bytes, int64_t i) const {
      const uint32_t chunk = static_cast<uint32_t>(i) / chunk_tiles;
      return first + chunk * kv.chunk_stride + (i - chunk * int64_t{chunk_tiles}) * bytes;
    }
  };

  static void AttendRow(const float* q, const KvView& kv, int64_t head, int64_t keys,
                        const AttentionOptions& options, float* scratch, float* out) {
    if (keys <= 0) return Loops::Nothing(kv.head_dim, out);
    const Tiles tiles{kv, QuantizedHead(kv, head), (keys + kKeyTile - 1) / kKeyTile,
                      static_cast<uint32_t>((kv.chunk + kKeyTile - 1) / kKeyTile),
                      static_cast<const char*>(options.next)};
    const int64_t padded = tiles.count * kKeyTile;
    float* scores = scratch;
    int8_t* query = reinterpret_cast<int8_t*>(scratch + padded);
    float query_scale;
    int32_t query_sum;
    for (int64_t d = kv.head_dim; d < tiles.at.key_dim; ++d) query[d] = 0;
    Quantizer::Run(q, kv.head_dim, query, &query_scale, &query_sum);

    const F scale = V::Set(query_scale * options.scale);
    const int32_t offset = D::kQ8Offset * query_sum;
    for (int64_t i = 0; i < tiles.count; ++i) {
      Scores(query, tiles.at.key_dim, tiles.Key(i), tiles.AheadOf(i), scale, offset,
             scores + i * kKeyTile);
    }
    const float top = Loops::Largest(keys, padded, options.bias, scores);
    LaneSums<V> sum;
    for (int64_t d = 0; d < kv.head_dim; d += 4 * kSixteen) {
      switch ((tiles.at.value_dim - d) / kSixteen) {
        case 1:
          Values<1>(tiles, keys, d, top, scores, &sum, out);
          break;
        case 2:
          Values<2>(tiles, keys, d, top, scores, &sum, out);
          break;
        case 3:
          Values<3>(tiles, keys, d, top, scores, &sum, out);
          break;
        default:
          Values<4>(tiles, keys, d, top, scores, &sum, out);
      }
    }
  }

  // scores [32] = scale · key scales · (query·keys).
  static void Scores(const int8_t* query, int64_t dim, const char* tile, const char* ahead, F scale,
                     int32_t offset, float* scores) {
    const float* key_scales = reinterpret_cast<const float*>(tile);
    const int8_t* keys = reinterpret_cast<const int8_t*>(key_scales + kKeyTile);
    ahead = FetchScales(ahead);
    I dot[kVectors];
    for (int j = 0; j < kVectors; ++j) dot[j] = V::SetI(0);
    for (int64_t d = 0; d < dim; d += 4, keys += kKeyTile * 4) {
      ahead = Fetch<kKeyTile * 4 / kLine>(ahead);
      const I input = Four(query + d);
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

  // out [16·kSixteens] from output d on = Σ exp(scores − top) · values / Σ exp(scores − top). The
  // first d turns the scores into weights as it goes, and adds them up.
  template <int kSixteens>
  static void Values(const Tiles& tiles, int64_t keys, int64_t d, float top, float* scores,
                     LaneSums<V>* sum, float* out) {
    constexpr int kSums = kSixteens * kSixteen / V::kLanes;
    const int64_t stride = tiles.at.value_dim * 4;  // to the next four keys
    F sums[kSums];
    for (int j = 0; j < kSums; ++j) sums[j] = V::Zero();
    float* weights = scores;
    if (d == 0) Weigh(tiles, keys, 0, top, scores, sum);
    for (int64_t i = 0; i < tiles.count; ++i, weights += kKeyTile) {
      // One tile before its products: they need not wait for the exponentials then.
      if (d == 0 && i + 1 < tiles.count) Weigh(tiles, keys, i + 1, top, scores, sum);
      const char* tile = tiles.Value(i);
      const char* ahead = FetchScales(tiles.AheadOf(tiles.count + i)) + d * 4;
      const int8_t* digits = reinterpret_cast<const int8_t*>(weights);
      const int8_t* values = reinterpret_cast<const int8_t*>(tile) + kScaleBytes + d * 4;
      I dot[kSums];
      for (int j = 0; j < kSums; ++j) dot[j] = V::SetI(0);
      for (int key = 0; key < kKeyTile; key += 4, values += stride, ahead += stride) {
        Fetch<kSixteens>(ahead);
        const I high = Four(digits + key), low = Four(digits + kKeyTile + key);
#pragma GCC unroll 8
        for (int j = 0; j < kSums; ++j) {
          dot[j] = D::AddTwoDigits(dot[j], D::Load(values + j * V::kLanes * 4), high, low);
        }
      }
      const F scale = V::Set(weights[kScaleAt]);
      for (int j = 0; j < kSums; ++j) sums[j] = V::Fma(scale, V::ToFloat(dot[j]), sums[j]);
    }
    const F divisor = V::Set(sum->Total());
    for (int j = 0; j < kSums; ++j) {
      const int64_t left = tiles.kv.head_dim - d - j * V::kLanes;
      if (left <= 0) break;
      V::StorePart(out + d + j * V::kLanes, left < V::kLanes ? left : V::kLanes,
                   V::Div(sums[j], divisor));
    }
  }

  static void Weigh(const Tiles& tiles, int64_t keys, int64_t i, float top, float* scores,
                    LaneSums<V>* sum) {
    const float* scales = reinterpret_cast<const float*>(tiles.Value(i));
    const int64_t left = keys - i * kKeyTile;
    left < kKeyTile ? Weigh<false>(scales, left, top, scores + i * kKeyTile, sum)
                    : Weigh<true>(scales, kKeyTile, top, scores + i * kKeyTile, sum);
  }

  // Scores [32] become in their place exp(score − top) times the scales of the n values that there
  // are: integers of two digits, 128 · high [32] + low [32], and their scale. The exponentials
  // are added to the sum.
  template <bool kWhole>
  static void Weigh(const float* value_scales, int64_t n, float top, float* scores,
                    LaneSums<V>* sum) {
    constexpr float kSteps = 16383.0f;
    const F shift = V::Set(top);
    F products[kVectors];
    I tops = V::SetI(0);
    for (int64_t first = 0; first < kKeyTile; first += kReduceLanes) {
      sum->Accumulate(
          first, kReduceLanes,
          [&](int64_t at, int64_t) {
            const F e = ExpOfNegative<V>(V::Sub(V::Load(scores + at), shift));
            const int64_t left = n - at < 0 ? 0 : n - at;
            const F scale =
                kWhole ? V::Load(value_scales + at)
                       : V::LoadPart(value_scales + at, left < V::kLanes ? left : V::kLanes);
            const F product = V::Mul(e, scale);
            products[at / V::kLanes] = product;
            tops = V::MaxI(tops, V::Bits(V::Abs(product)));  // NaN is the largest
            return e;
          },
          [](F so_far, F e) { return V::Add(so_far, e); });
    }
    const float largest = __builtin_bit_cast(float, V::Largest(tops));
    int8_t* digits = reinterpret_cast<int8_t*>(scores);
    if (!Quantizer::IsUsual(largest)) {
      for (int i = 0; i < 2 * kKeyTile; ++i) digits[i] = 0;
      scores[kScaleAt] = Quantizer::UnusualScale(largest);
      return;
    }
    const F inverse = V::Set(kSteps / largest);
    I high[kVectors], low[kVectors];
    for (int j = 0; j < kVectors; ++j) {
      const I rounded = V::Round(V::Mul(products[j], inverse));
      high[j] = V::template ShiftRight<7>(rounded);
      low[j] = V::SubI(rounded, V::template ShiftLeft<7>(high[j]));
    }
    V::StoreBytes32(digits, high);
    V::StoreBytes32(digits + kKeyTile, low);
    scores[kScaleAt] = largest * (1.0f / kSteps);
  }

  static I Four(const int8_t* bytes) {
    int32_t four;
    __builtin_memcpy(&four, bytes, 4);
    return V::SetI(four);
  }

  static constexpr int kScaleBytes = static_cast<int>(kKeyTile * int64_t{sizeof(float)});
  static const char* FetchScales(const char* at) { return Fetch<kScaleBytes / kLine>(at); }
  // A few lines at a time: misses wait for each other.
  template <int kLines>
  static const char* Fetch(const char* at) {
#pragma GCC unroll 4
    for (int i = 0; i < kLines; ++i) __builtin_prefetch(at + i * kLine);
    return at + kLines * kLine;
  }
};

}  // namespace
}  // namespace musicgen::kernels
