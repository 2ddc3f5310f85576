#include "kernels/attention.h"

#include "kernels/cpu/kernel_table.h"
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

int64_t AttentionScratchFloats(int64_t keys, int64_t /*head_dim*/) {
  return RoundUp(keys, kKeyTile);
}

void AttendRow(const float* q, const KvView& kv, int64_t head, int64_t keys,
               const AttentionOptions& options, float* scratch, float* out) {
  ActiveKernels().attend_row(q, kv, head, keys, options, scratch, out);
}

}  // namespace musicgen::kernels
