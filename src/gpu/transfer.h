// Bytes from the host to the device's own memory, by way of a buffer that both see.
#pragma once

#include <cstdint>
#include <span>

#include "gpu/arena.h"

namespace musicgen::gpu {

class Uploader {
 public:
  // With a buffer of so many bytes.
  Uploader(const Device& device, uint64_t buffer_bytes);

  // to ← from; it is there when this returns. Throws Error.
  void Upload(std::span<const std::byte> from, const BufferRange& to);

 private:
  const Device& device_;
  Arena arena_;
  BufferRange buffer_;
};

}  // namespace musicgen::gpu
