// The Vulkan functions in use, as pointers that are found at run time: the program starts where
// there is no Vulkan. Tests replace some to make calls fail.
#pragma once

#include "gpu/vulkan.h"

// Found without an instance, of an instance, of a device.
#define MUSICGEN_VULKAN_GLOBAL_FUNCTIONS(F) F(vkCreateInstance) F(vkEnumerateInstanceVersion)
#define MUSICGEN_VULKAN_INSTANCE_FUNCTIONS(F) \
  F(vkDestroyInstance)                        \
  F(vkEnumeratePhysicalDevices)               \
  F(vkEnumerateDeviceExtensionProperties)     \
  F(vkGetPhysicalDeviceProperties2)           \
  F(vkGetPhysicalDeviceFeatures2)             \
  F(vkGetPhysicalDeviceMemoryProperties2)     \
  F(vkGetPhysicalDeviceQueueFamilyProperties) \
  F(vkCreateDevice)                           \
  F(vkGetDeviceProcAddr)
#define MUSICGEN_VULKAN_DEVICE_FUNCTIONS(F) \
  F(vkDestroyDevice)                        \
  F(vkGetDeviceQueue)                       \
  F(vkDeviceWaitIdle)                       \
  F(vkAllocateMemory)                       \
  F(vkFreeMemory)                           \
  F(vkMapMemory)                            \
  F(vkCreateBuffer)                         \
  F(vkDestroyBuffer)                        \
  F(vkGetBufferMemoryRequirements)          \
  F(vkBindBufferMemory)                     \
  F(vkCreateShaderModule)                   \
  F(vkDestroyShaderModule)                  \
  F(vkCreateDescriptorSetLayout)            \
  F(vkDestroyDescriptorSetLayout)           \
  F(vkCreatePipelineLayout)                 \
  F(vkDestroyPipelineLayout)                \
  F(vkCreateComputePipelines)               \
  F(vkDestroyPipeline)                      \
  F(vkCreateDescriptorPool)                 \
  F(vkDestroyDescriptorPool)                \
  F(vkAllocateDescriptorSets)               \
  F(vkUpdateDescriptorSets)                 \
  F(vkCreateCommandPool)                    \
  F(vkDestroyCommandPool)                   \
  F(vkAllocateCommandBuffers)               \
  F(vkBeginCommandBuffer)                   \
  F(vkEndCommandBuffer)                     \
  F(vkCmdBindPipeline)                      \
  F(vkCmdBindDescriptorSets)                \
  F(vkCmdPushConstants)                     \
  F(vkCmdDispatch)                          \
  F(vkCmdPipelineBarrier)                   \
  F(vkCmdCopyBuffer)                        \
  F(vkCreateFence)                          \
  F(vkDestroyFence)                         \
  F(vkResetFences)                          \
  F(vkGetFenceStatus)                       \
  F(vkWaitForFences)                        \
  F(vkQueueSubmit)

namespace musicgen::gpu {

struct Functions {
  PFN_vkGetInstanceProcAddr vkGetInstanceProcAddr = nullptr;
#define MUSICGEN_MEMBER(name) PFN_##name name = nullptr;
  MUSICGEN_VULKAN_GLOBAL_FUNCTIONS(MUSICGEN_MEMBER)
  MUSICGEN_VULKAN_INSTANCE_FUNCTIONS(MUSICGEN_MEMBER)
  MUSICGEN_VULKAN_DEVICE_FUNCTIONS(MUSICGEN_MEMBER)
#undef MUSICGEN_MEMBER

  // From vkGetInstanceProcAddr; null: the global ones.
  void Find(VkInstance instance);
  // From vkGetDeviceProcAddr: without the loader's detour.
  void Find(VkDevice device);
};

}  // namespace musicgen::gpu
