// What a Vulkan call answers, as an Error.
#pragma once

#include <string_view>

#include "gpu/vulkan.h"

namespace musicgen::gpu {

// Throws unless `result` is VK_SUCCESS: Error(kOutOfMemory) for want of memory, Error(kUnsupported)
// for want of a driver, DeviceLost(kFailure), else Error(kFailure); `device` says which, `doing`
// what for.
void Check(VkResult result, std::string_view device, std::string_view doing);

}  // namespace musicgen::gpu
