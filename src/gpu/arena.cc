#include "gpu/arena.h"

#include <algorithm>
#include <optional>

namespace musicgen::gpu {
namespace {

VkMemoryPropertyFlags Required(MemoryKind kind) {
  if (kind == MemoryKind::kDevice) return 0;
  return VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
}

VkMemoryPropertyFlags Wished(MemoryKind kind) {
  switch (kind) {
    case MemoryKind::kDevice:
      return VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
    case MemoryKind::kUpload:
      return 0;
    case MemoryKind::kDownload:
      return VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
  }
  return 0;
}

// The first type that has what is wished for, else the first that will do: drivers list the better
// ones first.
std::optional<uint32_t> TypeOf(const VkPhysicalDeviceMemoryProperties& memory, uint32_t allowed,
                               MemoryKind kind) {
  for (const VkMemoryPropertyFlags flags : {Required(kind) | Wished(kind), Required(kind)}) {
    for (uint32_t i = 0; i < memory.memoryTypeCount; ++i) {
      if ((allowed & (1u << i)) == 0) continue;
      if ((memory.memoryTypes[i].propertyFlags & flags) == flags) return i;
    }
  }
  return std::nullopt;
}

}  // namespace

Arena::Arena(const Device& device, MemoryKind kind, uint64_t block_bytes)
    : device_(device), kind_(kind), block_bytes_(block_bytes) {}

BufferRange Arena::Allocate(uint64_t bytes) {
  const uint64_t alignment = std::max<uint64_t>(device_.limits().offset_alignment, 64);
  const uint64_t taken = (bytes + alignment - 1) / alignment * alignment;
  auto block = std::find_if(blocks_.begin(), blocks_.end(),
                            [&](const Block& each) { return each.bytes - each.used >= taken; });
  if (block == blocks_.end()) {
    blocks_.push_back(NewBlock(std::max(taken, block_bytes_)));
    block = blocks_.end() - 1;
    bytes_ += block->bytes;
  }
  const BufferRange range = {block->buffer.handle, block->used, bytes,
                             block->host == nullptr ? nullptr : block->host + block->used};
  block->used += taken;
  return range;
}

Arena::Block Arena::NewBlock(uint64_t bytes) const {
  constexpr const char* kDoing = "taking memory";
  if (bytes > device_.limits().allocation_bytes) {
    device_.Check(VK_ERROR_OUT_OF_DEVICE_MEMORY, kDoing);
  }
  const Functions& functions = device_.functions();
  Block block{Owned<VkDeviceMemory, &Functions::vkFreeMemory>(device_),
              Owned<VkBuffer, &Functions::vkDestroyBuffer>(device_), bytes, 0, nullptr};
  VkBufferCreateInfo create{VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO};
  create.size = bytes;
  create.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                 VK_BUFFER_USAGE_TRANSFER_DST_BIT;
  device_.Check(functions.vkCreateBuffer(device_.handle(), &create, nullptr, &block.buffer.handle),
                kDoing);
  VkMemoryRequirements requirements;
  functions.vkGetBufferMemoryRequirements(device_.handle(), block.buffer.handle, &requirements);
  const auto type = TypeOf(device_.memory(), requirements.memoryTypeBits, kind_);
  if (!type) device_.Check(VK_ERROR_FEATURE_NOT_PRESENT, "finding memory that the host sees");
  VkMemoryAllocateInfo allocate{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
  allocate.allocationSize = requirements.size;
  allocate.memoryTypeIndex = *type;
  device_.Check(
      functions.vkAllocateMemory(device_.handle(), &allocate, nullptr, &block.memory.handle),
      kDoing);
  device_.Check(
      functions.vkBindBufferMemory(device_.handle(), block.buffer.handle, block.memory.handle, 0),
      kDoing);
  if (kind_ != MemoryKind::kDevice) {
    void* host = nullptr;
    device_.Check(
        functions.vkMapMemory(device_.handle(), block.memory.handle, 0, VK_WHOLE_SIZE, 0, &host),
        kDoing);
    block.host = static_cast<std::byte*>(host);
  }
  return block;
}

}  // namespace musicgen::gpu
