// The calls of a device, one of which is made to fail.
#pragma once

#include "gpu/functions.h"

namespace musicgen::gpu {

struct FailingCalls {
  // The call after so many others fails, once; 0: none does.
  static inline int left = 0;
  static inline VkResult fault = VK_SUCCESS;

  // For InstanceOptions::replace.
  static void PutBefore(Functions& functions) {
    if (functions.vkCreateFence == nullptr) return;  // of the instance: the device's are counted
    Counted<&Functions::vkAllocateMemory>::PutBefore(functions);
    Counted<&Functions::vkMapMemory>::PutBefore(functions);
    Counted<&Functions::vkCreateBuffer>::PutBefore(functions);
    Counted<&Functions::vkBindBufferMemory>::PutBefore(functions);
    Counted<&Functions::vkCreateShaderModule>::PutBefore(functions);
    Counted<&Functions::vkCreateDescriptorSetLayout>::PutBefore(functions);
    Counted<&Functions::vkCreatePipelineLayout>::PutBefore(functions);
    Counted<&Functions::vkCreateComputePipelines>::PutBefore(functions);
    Counted<&Functions::vkCreateDescriptorPool>::PutBefore(functions);
    Counted<&Functions::vkAllocateDescriptorSets>::PutBefore(functions);
    Counted<&Functions::vkCreateCommandPool>::PutBefore(functions);
    Counted<&Functions::vkAllocateCommandBuffers>::PutBefore(functions);
    Counted<&Functions::vkBeginCommandBuffer>::PutBefore(functions);
    Counted<&Functions::vkEndCommandBuffer>::PutBefore(functions);
    Counted<&Functions::vkCreateFence>::PutBefore(functions);
    Counted<&Functions::vkResetFences>::PutBefore(functions);
    Counted<&Functions::vkGetFenceStatus>::PutBefore(functions);
    Counted<&Functions::vkWaitForFences>::PutBefore(functions);
    Counted<&Functions::vkQueueSubmit>::PutBefore(functions);
  }

 private:
  // Stands before the member of Functions.
  template <auto member>
  struct Counted;
  template <class... Args, VkResult (*Functions::*member)(Args...)>
  struct Counted<member> {
    static inline VkResult (*original)(Args...) = nullptr;
    static VkResult Call(Args... args) {
      return left > 0 && --left == 0 ? fault : original(args...);
    }
    static void PutBefore(Functions& functions) {
      if (functions.*member == nullptr || functions.*member == &Call) return;
      original = functions.*member;
      functions.*member = &Call;
    }
  };
};

}  // namespace musicgen::gpu
