#include "kernels/attention.h"

#include <cstring>

#include "kernels/cpu/kernel_table.h"
#include "tensor/dtype.h"

namespace musicgen::kernels {
namespace {

int64_t RoundUp(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

constexpr int64_t kTileScaleBytes = kKeyTile * static_cast<int64_t>(sizeof(float));

int64_t KeyTiles(int64_t positions) { return (positions + kKeyTile - 1) / kKeyTile; }

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
    case WeightFormat::kQ8:
    case WeightFormat::kQ4:
      break;
  }
}

// The chunk of a position, which becomes the position in it.
KvView ChunkOf(KvView kv, int64_t* position) {
  const int64_t offset = *position / kv.chunk * kv.chunk_stride;
  kv.k = static_cast<char*>(kv.k) + offset;
  kv.v = static_cast<char*>(kv.v) + offset;
  *position %= kv.chunk;
  return kv;
}

void StoreQuantized(const KvView& kv, int64_t position, int64_t head, const float* k,
                    const float* v) {
  const QuantizedKv at = QuantizedHead(kv, head);
  const int64_t lane = position % kKeyTile;
  char* tile = at.key_tiles + position / kKeyTile * at.key_tile_bytes;
  const auto quantize = ActiveKernels().quantize;
  int32_t sum;
  quantize(k, kv.head_dim, at.row, reinterpret_cast<float*>(tile) + lane, &sum);
  char* to = tile + kTileScaleBytes + lane * 4;
  for (int64_t d = 0; d < at.key_dim; d += 4, to += kKeyTile * 4) std::memcpy(to, at.row + d, 4);

  tile = at.value_tiles + position / kKeyTile * at.value_tile_bytes;
  quantize(v, kv.head_dim, at.row, reinterpret_cast<float*>(tile) + lane, &sum);
  to = tile + kTileScaleBytes + lane / 4 * at.value_dim * 4 + lane % 4;
  for (int64_t d = 0; d < kv.head_dim; ++d) to[d * 4] = static_cast<char>(at.row[d]);
}

}  // namespace

QuantizedKv QuantizedHead(const KvView& kv, int64_t head) {
  const int64_t tiles = KeyTiles(kv.chunk);
  QuantizedKv at{};
  at.key_dim = RoundUp(kv.head_dim, 4);
  at.value_dim = RoundUp(kv.head_dim, kHeadPad);
  at.key_tile_bytes = kTileScaleBytes + kKeyTile * at.key_dim;
  at.value_tile_bytes = kTileScaleBytes + kKeyTile * at.value_dim;
  at.key_tiles = static_cast<char*>(kv.k) + head * tiles * at.key_tile_bytes;
  at.value_tiles = static_cast<char*>(kv.v) + head * tiles * at.value_tile_bytes;
  at.row =
      static_cast<int8_t*>(kv.v) + kv.heads * tiles * at.value_tile_bytes + head * at.value_dim;
  return at;
}

const void* FirstKeys(const KvView& kv, int64_t head) {
  const size_t bytes = KeyBytes(kv.format, 1, kv.head_dim, kv.chunk);
  return static_cast<const char*>(kv.k) + static_cast<size_t>(head) * bytes;
}

size_t PositionBytes(WeightFormat format, int64_t heads, int64_t head_dim) {
  const int64_t value = RoundUp(head_dim, kHeadPad);
  if (format == WeightFormat::kQ8) {
    const auto scales = 2 * static_cast<int64_t>(sizeof(float));
    return static_cast<size_t>(heads * (RoundUp(head_dim, 4) + value + scales));
  }
  return static_cast<size_t>(heads * (head_dim + value)) * FormatBytes(format);
}

size_t KeyBytes(WeightFormat format, int64_t heads, int64_t head_dim, int64_t chunk) {
  if (format == WeightFormat::kQ8) {
    const int64_t tile = kTileScaleBytes + kKeyTile * RoundUp(head_dim, 4);
    return static_cast<size_t>(heads * KeyTiles(chunk) * tile);
  }
  return static_cast<size_t>(heads * KeyTiles(chunk) * head_dim * kKeyTile) * FormatBytes(format);
}

size_t ValueBytes(WeightFormat format, int64_t heads, int64_t head_dim, int64_t chunk) {
  if (format == WeightFormat::kQ8) {
    const int64_t row = RoundUp(head_dim, kHeadPad);
    const int64_t tile = kTileScaleBytes + kKeyTile * row;
    return static_cast<size_t>(heads * (KeyTiles(chunk) * tile + row));
  }
  return static_cast<size_t>(heads * chunk * RoundUp(head_dim, kHeadPad)) * FormatBytes(format);
}

void StoreKeyValue(const KvView& kv, int64_t position, int64_t head_begin, int64_t head_end,
                   const float* k, int64_t k_stride, const float* v, int64_t v_stride) {
  const int64_t dim = kv.head_dim;
  const int64_t padded = RoundUp(dim, kHeadPad);
  const KvView chunk = ChunkOf(kv, &position);
  for (int64_t head = head_begin; head < head_end; ++head) {
    if (chunk.format == WeightFormat::kQ8) {
      StoreQuantized(chunk, position, head, k + head * k_stride, v + head * v_stride);
      continue;
    }
    const int64_t tile = head * KeyTiles(chunk.chunk) + position / kKeyTile;
    const int64_t key_at = tile * dim * kKeyTile + position % kKeyTile;
    const int64_t value_at = (head * chunk.chunk + position) * padded;
    for (int64_t d = 0; d < dim; ++d) {
      Store(chunk.format, chunk.k, key_at + d * kKeyTile, k[head * k_stride + d]);
      Store(chunk.format, chunk.v, value_at + d, v[head * v_stride + d]);
    }
  }
}

int64_t AttentionScratchFloats(int64_t keys, int64_t head_dim) {
  // The scores, and a quantised query.
  return RoundUp(keys, kKeyTile) + RoundUp(head_dim, 4) / static_cast<int64_t>(sizeof(float));
}

float AttentionWeights(float* scores, int64_t keys, const AttentionOptions& options) {
  return ActiveKernels().attention_weights(scores, keys, options);
}

void AttendRow(const float* q, const KvView& kv, int64_t head, int64_t keys,
               const AttentionOptions& options, float* scratch, float* out) {
  ActiveKernels().attend_row(q, kv, head, keys, options, scratch, out);
}

}  // namespace musicgen::kernels
