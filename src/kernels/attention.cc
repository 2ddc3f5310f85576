#include "kernels/attention.h"

#include <algorithm>
#include <cmath>

#include "kernels/norm.h"
#include "tensor/dtype.h"

namespace musicgen::kernels {
namespace {

int64_t RoundUp(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

int64_t KeyTiles(int64_t capacity) { return (capacity + kKeyTile - 1) / kKeyTile; }

void Store(WeightFormat format, void* to, int64_t at, float value) {
  switch (format) {
    case WeightFormat::kF32:
      static_cast<float*>(to)[at] = value;
      break;
    case WeightFormat::kF16:
      static_cast<uint16_t*>(to)[at] = FloatToF16(value);
      break;
    case WeightFormat::kBF16:
      static_cast<uint16_t*>(to)[at] = FloatToBF16(value);
      break;
  }
}

float Load(WeightFormat format, const void* from, int64_t at) {
  switch (format) {
    case WeightFormat::kF32:
      return static_cast<const float*>(from)[at];
    case WeightFormat::kF16:
      return F16ToFloat(static_cast<const uint16_t*>(from)[at]);
    case WeightFormat::kBF16:
      return BF16ToFloat(static_cast<const uint16_t*>(from)[at]);
  }
  return 0;
}

}  // namespace

size_t KeyBytes(WeightFormat format, int64_t heads, int64_t head_dim, int64_t capacity) {
  return static_cast<size_t>(heads * KeyTiles(capacity) * head_dim * kKeyTile) *
         FormatBytes(format);
}

size_t ValueBytes(WeightFormat format, int64_t heads, int64_t head_dim, int64_t capacity) {
  return static_cast<size_t>(heads * capacity * RoundUp(head_dim, kHeadPad)) * FormatBytes(format);
}

void StoreKeyValue(const KvView& kv, int64_t position, int64_t head_begin, int64_t head_end,
                   const float* k, const float* v) {
  const int64_t dim = kv.head_dim;
  const int64_t padded = RoundUp(dim, kHeadPad);
  for (int64_t head = head_begin; head < head_end; ++head) {
    const int64_t tile = head * KeyTiles(kv.capacity) + position / kKeyTile;
    const int64_t key_at = tile * dim * kKeyTile + position % kKeyTile;
    const int64_t value_at = (head * kv.capacity + position) * padded;
    for (int64_t d = 0; d < dim; ++d) {
      Store(kv.format, kv.k, key_at + d * kKeyTile, k[head * dim + d]);
      Store(kv.format, kv.v, value_at + d, v[head * dim + d]);
    }
  }
}

int64_t AttentionScratchFloats(int64_t keys, int64_t head_dim) {
  return RoundUp(keys, kKeyTile) + RoundUp(head_dim, kHeadPad);
}

void AttendRow(const float* q, const KvView& kv, int64_t head, int64_t keys,
               const AttentionOptions& options, float* scratch, float* out) {
  const int64_t dim = kv.head_dim;
  const int64_t padded = RoundUp(dim, kHeadPad);
  if (keys == 0) {
    std::fill(out, out + dim, 0.0f);
    return;
  }
  float top = -INFINITY;
  for (int64_t key = 0; key < keys; ++key) {
    const int64_t tile = head * KeyTiles(kv.capacity) + key / kKeyTile;
    float score = 0;
    for (int64_t d = 0; d < dim; ++d) {
      score = std::fma(q[d], Load(kv.format, kv.k, (tile * dim + d) * kKeyTile + key % kKeyTile),
                       score);
    }
    score *= options.scale;
    if (options.bias) score += options.bias[key];
    scratch[key] = score;
    top = std::max(top, score);
  }
  float lanes[kReduceLanes] = {};
  for (int64_t key = 0; key < keys; ++key) {
    scratch[key] = std::exp(scratch[key] - top);
    lanes[key % kReduceLanes] += scratch[key];
  }
  for (int64_t half = kReduceLanes / 2; half > 0; half /= 2) {
    for (int64_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  for (int64_t d = 0; d < dim; ++d) {
    float sum = 0;
    for (int64_t key = 0; key < keys; ++key) {
      sum = std::fma(scratch[key], Load(kv.format, kv.v, (head * kv.capacity + key) * padded + d),
                     sum);
    }
    out[d] = sum / lanes[0];
  }
}

}  // namespace musicgen::kernels
