#include "nn/kv_cache.h"

#include <algorithm>
#include <cstring>

namespace musicgen::nn {
namespace {

// Positions that lie together: enough that a head's keys are a stretch to read, few enough that a
// short piece touches little of a long one's memory.
constexpr int64_t kChunk = 128;

size_t RoundUp64(size_t n) { return (n + 63) / 64 * 64; }

int64_t ChunkOf(int64_t capacity) {
  const int64_t tile = kernels::kKeyTile;
  return std::min(kChunk, std::max<int64_t>(1, (capacity + tile - 1) / tile) * tile);
}

size_t Chunks(int64_t positions, int64_t chunk) {
  return static_cast<size_t>((positions + chunk - 1) / chunk);
}

size_t LayerBytes(kernels::WeightFormat format, int64_t heads, int64_t head_dim, int64_t chunk) {
  return RoundUp64(kernels::KeyBytes(format, heads, head_dim, chunk)) +
         RoundUp64(kernels::ValueBytes(format, heads, head_dim, chunk));
}

}  // namespace

KvCache::KvCache(kernels::WeightFormat format, int64_t layers, int64_t heads, int64_t head_dim,
                 int64_t capacity)
    : format_(format),
      heads_(heads),
      head_dim_(head_dim),
      capacity_(capacity),
      layer_bytes_(LayerBytes(format, heads, head_dim, ChunkOf(capacity))),
      chunk_bytes_(static_cast<size_t>(layers) * layer_bytes_),
      buffer_(Bytes(format, layers, heads, head_dim, capacity)) {}

size_t KvCache::Bytes(kernels::WeightFormat format, int64_t layers, int64_t heads, int64_t head_dim,
                      int64_t capacity) {
  const int64_t chunk = ChunkOf(capacity);
  return Chunks(capacity, chunk) * static_cast<size_t>(layers) *
         LayerBytes(format, heads, head_dim, chunk);
}

KvCache KvCache::Clone(int64_t positions) const {
  KvCache copy;
  copy.format_ = format_;
  copy.heads_ = heads_;
  copy.head_dim_ = head_dim_;
  copy.capacity_ = capacity_;
  copy.layer_bytes_ = layer_bytes_;
  copy.chunk_bytes_ = chunk_bytes_;
  copy.buffer_ = AlignedBuffer(buffer_.bytes());
  const size_t used = Chunks(positions, ChunkOf(capacity_)) * chunk_bytes_;
  if (used > 0) std::memcpy(copy.buffer_.data(), buffer_.data(), used);
  return copy;
}

kernels::KvView KvCache::Layer(int64_t layer) const {
  const int64_t chunk = ChunkOf(capacity_);
  char* k = buffer_.as<char>() + static_cast<size_t>(layer) * layer_bytes_;
  return {.format = format_,
          .heads = heads_,
          .head_dim = head_dim_,
          .chunk = chunk,
          .k = k,
          .v = k + RoundUp64(kernels::KeyBytes(format_, heads_, head_dim_, chunk)),
          .chunk_stride = static_cast<int64_t>(chunk_bytes_)};
}

}  // namespace musicgen::nn
