// Zeroed memory for weights, caches and scratch: aligned to 64 bytes, in huge pages where the
// system grants them and the block is large, given back on destruction. Pages are touched first by
// whoever writes them first.
#pragma once

#include <cstddef>
#include <utility>

namespace musicgen {

class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  // Throws Error(kOutOfMemory) with the size wanted.
  explicit AlignedBuffer(size_t bytes);
  ~AlignedBuffer();
  AlignedBuffer(AlignedBuffer&& other) noexcept { *this = std::move(other); }
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    std::swap(mapped_bytes_, other.mapped_bytes_);
    return *this;
  }
  AlignedBuffer(const AlignedBuffer&) = delete;
  AlignedBuffer& operator=(const AlignedBuffer&) = delete;

  size_t bytes() const { return bytes_; }
  void* data() const { return data_; }
  template <class T>
  T* as() const {
    return static_cast<T*>(data_);
  }

 private:
  void* data_ = nullptr;
  size_t bytes_ = 0;
  size_t mapped_bytes_ = 0;  // as base/memory.h returned them
};

}  // namespace musicgen
