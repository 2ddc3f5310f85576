#include "gpu/recorder.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace musicgen::gpu {
namespace {

bool Overlap(const BufferRange& a, const BufferRange& b) {
  return a.buffer == b.buffer && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

void Barrier(const Functions& functions, VkCommandBuffer commands) {
  constexpr VkPipelineStageFlags kStages =
      VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT;
  VkMemoryBarrier barrier{VK_STRUCTURE_TYPE_MEMORY_BARRIER};
  barrier.srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
  barrier.dstAccessMask = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT |
                          VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
  functions.vkCmdPipelineBarrier(commands, kStages, kStages, 0, 1, &barrier, 0, nullptr, 0,
                                 nullptr);
}

void BarrierToHost(const Functions& functions, VkCommandBuffer commands) {
  VkMemoryBarrier barrier{VK_STRUCTURE_TYPE_MEMORY_BARRIER};
  barrier.srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
  barrier.dstAccessMask = VK_ACCESS_HOST_READ_BIT;
  functions.vkCmdPipelineBarrier(
      commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT,
      VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &barrier, 0, nullptr, 0, nullptr);
}

}  // namespace

void Recorder::Dispatch(const Pipeline& pipeline, std::span<const Binding> bindings,
                        std::span<const uint32_t> constants, uint32_t groups_x, uint32_t groups_y) {
  MG_CHECK_EQ(bindings.size(), pipeline.bindings());
  MG_CHECK_EQ(constants.size(), pipeline.constants());
  for (const Binding& binding : bindings) {
    MG_CHECK_LE(binding.range.bytes, device_.limits().binding_bytes);
  }
  Add({&pipeline,
       {bindings.begin(), bindings.end()},
       {constants.begin(), constants.end()},
       groups_x,
       groups_y,
       false});
}

void Recorder::Copy(const BufferRange& from, const BufferRange& to) {
  MG_CHECK_LE(from.bytes, to.bytes);
  Add({nullptr, {{from, Access::kRead}, {to, Access::kWrite}}, {}, 0, 0, false});
}

void Recorder::Add(Command command) {
  command.barrier =
      std::any_of(command.bindings.begin(), command.bindings.end(), [&](const Binding& mine) {
        return std::any_of(since_barrier_.begin(), since_barrier_.end(), [&](const Binding& past) {
          const bool both_read = mine.access == Access::kRead && past.access == Access::kRead;
          return !both_read && Overlap(mine.range, past.range);
        });
      });
  if (command.barrier) {
    since_barrier_.clear();
    ++barriers_;
  }
  since_barrier_.insert(since_barrier_.end(), command.bindings.begin(), command.bindings.end());
  commands_.push_back(std::move(command));
}

Recording Recorder::Finish() {
  constexpr const char* kDoing = "recording commands";
  const Functions& functions = device_.functions();
  Recording recording;
  recording.pool_ = Owned<VkCommandPool, &Functions::vkDestroyCommandPool>(device_);
  VkCommandPoolCreateInfo pool{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
  pool.queueFamilyIndex = device_.queue_family();
  device_.Check(
      functions.vkCreateCommandPool(device_.handle(), &pool, nullptr, &recording.pool_.handle),
      kDoing);
  VkCommandBufferAllocateInfo buffer{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
  buffer.commandPool = recording.pool_.handle;
  buffer.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
  buffer.commandBufferCount = 1;
  device_.Check(functions.vkAllocateCommandBuffers(device_.handle(), &buffer, &recording.commands_),
                kDoing);

  uint32_t sets = 0, bindings = 0;
  for (const Command& command : commands_) {
    if (command.pipeline == nullptr) continue;
    ++sets;
    bindings += command.pipeline->bindings();
  }
  if (sets > 0) {
    recording.descriptors_ = Owned<VkDescriptorPool, &Functions::vkDestroyDescriptorPool>(device_);
    const VkDescriptorPoolSize size = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, bindings};
    VkDescriptorPoolCreateInfo descriptors{VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO};
    descriptors.maxSets = sets;
    descriptors.poolSizeCount = 1;
    descriptors.pPoolSizes = &size;
    device_.Check(functions.vkCreateDescriptorPool(device_.handle(), &descriptors, nullptr,
                                                   &recording.descriptors_.handle),
                  kDoing);
  }

  const VkCommandBuffer to = recording.commands_;
  VkCommandBufferBeginInfo begin{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
  begin.flags = VK_COMMAND_BUFFER_USAGE_SIMULTANEOUS_USE_BIT;  // submitted again while it runs
  device_.Check(functions.vkBeginCommandBuffer(to, &begin), kDoing);
  // What was submitted before may still be running.
  Barrier(functions, to);
  const Pipeline* bound = nullptr;
  for (const Command& command : commands_) {
    if (command.barrier) Barrier(functions, to);
    if (command.pipeline == nullptr) {
      const BufferRange& from = command.bindings[0].range;
      const BufferRange& into = command.bindings[1].range;
      const VkBufferCopy copy = {from.offset, into.offset, from.bytes};
      functions.vkCmdCopyBuffer(to, from.buffer, into.buffer, 1, &copy);
      continue;
    }
    const Pipeline& pipeline = *command.pipeline;
    const VkDescriptorSetLayout layout = pipeline.set_layout();
    VkDescriptorSetAllocateInfo allocate{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO};
    allocate.descriptorPool = recording.descriptors_.handle;
    allocate.descriptorSetCount = 1;
    allocate.pSetLayouts = &layout;
    VkDescriptorSet set = VK_NULL_HANDLE;
    device_.Check(functions.vkAllocateDescriptorSets(device_.handle(), &allocate, &set), kDoing);
    std::vector<VkDescriptorBufferInfo> infos;
    for (const Binding& binding : command.bindings) {
      infos.push_back({binding.range.buffer, binding.range.offset, binding.range.bytes});
    }
    VkWriteDescriptorSet write{VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
    write.dstSet = set;
    write.descriptorCount = static_cast<uint32_t>(infos.size());
    write.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    write.pBufferInfo = infos.data();
    functions.vkUpdateDescriptorSets(device_.handle(), 1, &write, 0, nullptr);
    if (bound != &pipeline) {
      functions.vkCmdBindPipeline(to, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline.handle());
    }
    bound = &pipeline;
    functions.vkCmdBindDescriptorSets(to, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline.layout(), 0, 1,
                                      &set, 0, nullptr);
    if (!command.constants.empty()) {
      functions.vkCmdPushConstants(
          to, pipeline.layout(), VK_SHADER_STAGE_COMPUTE_BIT, 0,
          static_cast<uint32_t>(command.constants.size() * sizeof(uint32_t)),
          command.constants.data());
    }
    functions.vkCmdDispatch(to, command.groups_x, command.groups_y, 1);
  }
  BarrierToHost(functions, to);
  device_.Check(functions.vkEndCommandBuffer(to), kDoing);
  return recording;
}

}  // namespace musicgen::gpu
