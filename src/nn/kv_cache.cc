#include "nn/kv_cache.h"

#include <cstring>

namespace musicgen::nn {
namespace {

size_t RoundUp64(size_t n) { return (n + 63) / 64 * 64; }

}  // namespace

KvCache::KvCache(kernels::WeightFormat format, int64_t layers, int64_t heads, int64_t head_dim,
                 int64_t capacity)
    : format_(format),
      heads_(heads),
      head_dim_(head_dim),
      capacity_(capacity),
      buffer_(Bytes(format, layers, heads, head_dim, capacity)) {}

size_t KvCache::Bytes(kernels::WeightFormat format, int64_t layers, int64_t heads, int64_t head_dim,
                      int64_t capacity) {
  return static_cast<size_t>(layers) *
         (RoundUp64(kernels::KeyBytes(format, heads, head_dim, capacity)) +
          RoundUp64(kernels::ValueBytes(format, heads, head_dim, capacity)));
}

KvCache KvCache::Clone() const {
  KvCache copy;
  copy.format_ = format_;
  copy.heads_ = heads_;
  copy.head_dim_ = head_dim_;
  copy.capacity_ = capacity_;
  copy.buffer_ = AlignedBuffer(buffer_.bytes());
  if (buffer_.bytes() > 0) std::memcpy(copy.buffer_.data(), buffer_.data(), buffer_.bytes());
  return copy;
}

kernels::KvView KvCache::Layer(int64_t layer) const {
  const size_t key_bytes = RoundUp64(kernels::KeyBytes(format_, heads_, head_dim_, capacity_));
  char* k = buffer_.as<char>() +
            static_cast<size_t>(layer) * Bytes(format_, 1, heads_, head_dim_, capacity_);
  return {format_, heads_, head_dim_, capacity_, k, k + key_bytes};
}

}  // namespace musicgen::nn
