#include "gpu/functions.h"

#include "base/error.h"

namespace musicgen::gpu {
namespace {

template <class Function>
void Take(Function& function, PFN_vkVoidFunction found, const char* name) {
  if (found == nullptr) ThrowFailure("Vulkan: expected the function ", name, ", found none");
  function = reinterpret_cast<Function>(found);
}

}  // namespace

void Functions::Find(VkInstance instance) {
#define MUSICGEN_TAKE(name) Take(name, vkGetInstanceProcAddr(instance, #name), #name);
  if (instance == VK_NULL_HANDLE) {
    MUSICGEN_VULKAN_GLOBAL_FUNCTIONS(MUSICGEN_TAKE)
  } else {
    MUSICGEN_VULKAN_INSTANCE_FUNCTIONS(MUSICGEN_TAKE)
  }
#undef MUSICGEN_TAKE
}

void Functions::Find(VkDevice device) {
#define MUSICGEN_TAKE(name) Take(name, vkGetDeviceProcAddr(device, #name), #name);
  MUSICGEN_VULKAN_DEVICE_FUNCTIONS(MUSICGEN_TAKE)
#undef MUSICGEN_TAKE
}

}  // namespace musicgen::gpu
