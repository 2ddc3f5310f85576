#include "gpu/device.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "gpu/result.h"

namespace musicgen::gpu {
namespace {

// No submission here takes seconds; a driver that hangs must not hang the program.
constexpr uint64_t kPatienceNs = 60'000'000'000;

bool HasExtension(const Functions& functions, VkPhysicalDevice device, std::string_view name) {
  uint32_t count = 0;
  functions.vkEnumerateDeviceExtensionProperties(device, nullptr, &count, nullptr);
  std::vector<VkExtensionProperties> extensions(count);
  functions.vkEnumerateDeviceExtensionProperties(device, nullptr, &count, extensions.data());
  return std::any_of(extensions.begin(), extensions.begin() + count,
                     [&](const VkExtensionProperties& each) { return name == each.extensionName; });
}

}  // namespace

Device::Device(std::shared_ptr<const Instance> instance, DeviceInfo info)
    : instance_(std::move(instance)),
      info_(std::move(info)),
      physical_(instance_->physical_devices().at(info_.index)),
      functions_(instance_->functions()) {
  queue_family_ = static_cast<uint32_t>(ComputeQueueFamily(functions_, physical_));
  VkPhysicalDeviceFloatControlsProperties controls{
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FLOAT_CONTROLS_PROPERTIES};
  VkPhysicalDeviceMaintenance3Properties maintenance{
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES, &controls};
  VkPhysicalDeviceProperties2 properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
                                         &maintenance};
  functions_.vkGetPhysicalDeviceProperties2(physical_, &properties);
  const VkPhysicalDeviceLimits& limits = properties.properties.limits;
  limits_ = {limits.maxStorageBufferRange, maintenance.maxMemoryAllocationSize,
             limits.minStorageBufferOffsetAlignment, limits.maxComputeSharedMemorySize,
             limits.maxComputeWorkGroupInvocations};
  VkPhysicalDeviceFeatures2 features{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
  functions_.vkGetPhysicalDeviceFeatures2(physical_, &features);
  has_exact_double_ = features.features.shaderFloat64 == VK_TRUE &&
                      controls.shaderSignedZeroInfNanPreserveFloat64 == VK_TRUE &&
                      controls.shaderRoundingModeRTEFloat64 == VK_TRUE;
  VkPhysicalDeviceMemoryProperties2 memory{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2};
  functions_.vkGetPhysicalDeviceMemoryProperties2(physical_, &memory);
  memory_ = memory.memoryProperties;

  const float priority = 1.0f;
  VkDeviceQueueCreateInfo queue{VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO};
  queue.queueFamilyIndex = queue_family_;
  queue.queueCount = 1;
  queue.pQueuePriorities = &priority;
  VkPhysicalDeviceFeatures wanted{};
  wanted.shaderFloat64 = has_exact_double_ ? VK_TRUE : VK_FALSE;
  VkDeviceCreateInfo create{VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO};
  create.queueCreateInfoCount = 1;
  create.pQueueCreateInfos = &queue;
  create.pEnabledFeatures = &wanted;
  std::vector<const char*> extensions;
  has_memory_budget_ = HasExtension(functions_, physical_, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
  if (has_memory_budget_) extensions.push_back(VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
  create.enabledExtensionCount = static_cast<uint32_t>(extensions.size());
  create.ppEnabledExtensionNames = extensions.data();
  Check(functions_.vkCreateDevice(physical_, &create, nullptr, &device_), "opening the device");
  functions_.Find(device_);
  instance_->options().replace(functions_);
  functions_.vkGetDeviceQueue(device_, queue_family_, 0, &queue_);
  const VkFenceCreateInfo fence{VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
  const VkResult result = functions_.vkCreateFence(device_, &fence, nullptr, &fence_);
  if (result != VK_SUCCESS) functions_.vkDestroyDevice(device_, nullptr);
  Check(result, "opening the device");
}

Device::~Device() {
  functions_.vkDeviceWaitIdle(device_);
  functions_.vkDestroyFence(device_, fence_, nullptr);
  functions_.vkDestroyDevice(device_, nullptr);
}

uint64_t Device::AvailableBytes() const {
  VkPhysicalDeviceMemoryBudgetPropertiesEXT budget{
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT};
  VkPhysicalDeviceMemoryProperties2 memory{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2,
                                           has_memory_budget_ ? &budget : nullptr};
  functions_.vkGetPhysicalDeviceMemoryProperties2(physical_, &memory);
  uint64_t most = 0;
  for (uint32_t i = 0; i < memory.memoryProperties.memoryHeapCount; ++i) {
    const VkMemoryHeap& heap = memory.memoryProperties.memoryHeaps[i];
    if ((heap.flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) == 0) continue;
    // Drivers keep some for themselves.
    uint64_t free_bytes = heap.size / 10 * 9;
    if (has_memory_budget_) {
      free_bytes = budget.heapBudget[i] - std::min(budget.heapBudget[i], budget.heapUsage[i]);
    }
    most = std::max(most, free_bytes);
  }
  return most;
}

void Device::Submit(std::span<const VkCommandBuffer> commands, VkFence fence,
                    std::string_view doing) const {
  VkSubmitInfo submit{VK_STRUCTURE_TYPE_SUBMIT_INFO};
  submit.commandBufferCount = static_cast<uint32_t>(commands.size());
  submit.pCommandBuffers = commands.data();
  Check(functions_.vkQueueSubmit(queue_, 1, &submit, fence), doing);
}

void Device::Await(VkFence fence, std::string_view doing) const {
  const VkResult waited = functions_.vkWaitForFences(device_, 1, &fence, VK_TRUE, kPatienceNs);
  if (waited != VK_SUCCESS) functions_.vkDeviceWaitIdle(device_);
  Check(waited, doing);
}

void Device::Run(VkCommandBuffer commands, std::string_view doing) const {
  Submit({&commands, 1}, fence_, doing);
  try {
    Await(fence_, doing);
  } catch (...) {
    functions_.vkResetFences(device_, 1, &fence_);
    throw;
  }
  Check(functions_.vkResetFences(device_, 1, &fence_), doing);
}

void Device::Check(VkResult result, std::string_view doing) const {
  if (result == VK_SUCCESS) return;
  gpu::Check(result, StrCat("Vulkan device ", info_.name, " (", info_.driver, ")"), doing);
}

}  // namespace musicgen::gpu
