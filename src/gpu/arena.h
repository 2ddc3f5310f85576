// Memory of a device in few large blocks, one arena for each purpose. Ranges are freed with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gpu/owned.h"

namespace musicgen::gpu {

enum class MemoryKind {
  kDevice,    // the device's own
  kUpload,    // the host writes, the device reads
  kDownload,  // the device writes, the host reads
};

struct BufferRange {
  VkBuffer buffer = VK_NULL_HANDLE;
  uint64_t offset = 0, bytes = 0;
  std::byte* host = nullptr;  // where the host sees it

  template <class T>
  T* as() const {
    return reinterpret_cast<T*>(host);
  }
};

class Arena {
 public:
  // Takes memory in blocks of so many bytes, or as large as a range needs.
  Arena(const Device& device, MemoryKind kind, uint64_t block_bytes);

  // Throws Error(kOutOfMemory). At the alignment that bindings want; not zeroed.
  BufferRange Allocate(uint64_t bytes);
  // Of all blocks.
  uint64_t bytes() const { return bytes_; }

 private:
  struct Block {
    Owned<VkDeviceMemory, &Functions::vkFreeMemory> memory;
    Owned<VkBuffer, &Functions::vkDestroyBuffer> buffer;  // all of the memory
    uint64_t bytes = 0, used = 0;
    std::byte* host = nullptr;
  };
  Block NewBlock(uint64_t bytes) const;

  const Device& device_;
  MemoryKind kind_;
  uint64_t block_bytes_;
  uint64_t bytes_ = 0;
  std::vector<Block> blocks_;
};

}  // namespace musicgen::gpu
