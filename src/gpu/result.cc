#include "gpu/result.h"

#include "base/error.h"
#include "gpu/device_lost.h"

namespace musicgen::gpu {
namespace {

std::string Reason(VkResult result) {
  switch (result) {
    case VK_ERROR_OUT_OF_HOST_MEMORY:
      return "out of memory";
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
    case VK_ERROR_TOO_MANY_OBJECTS:
      return "out of device memory";
    case VK_ERROR_DEVICE_LOST:
      return "the device was lost";
    case VK_ERROR_INITIALIZATION_FAILED:
      return "the driver could not be initialised";
    case VK_ERROR_INCOMPATIBLE_DRIVER:
      return "there is no driver";
    case VK_TIMEOUT:
      return "the device does not answer";
    default:
      return StrCat("Vulkan's error ", static_cast<int>(result));
  }
}

ErrorCode CodeOf(VkResult result) {
  switch (result) {
    case VK_ERROR_OUT_OF_HOST_MEMORY:
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
    case VK_ERROR_TOO_MANY_OBJECTS:
      return ErrorCode::kOutOfMemory;
    case VK_ERROR_INCOMPATIBLE_DRIVER:
      return ErrorCode::kUnsupported;
    default:
      return ErrorCode::kFailure;
  }
}

}  // namespace

void Check(VkResult result, std::string_view device, std::string_view doing) {
  if (result == VK_SUCCESS) return;
  const std::string what = StrCat(device, ": ", doing, ": ", Reason(result));
  // A device that does not answer is as good as lost.
  if (result == VK_ERROR_DEVICE_LOST || result == VK_TIMEOUT) {
    throw DeviceLost(ErrorCode::kFailure, what);
  }
  throw Error(CodeOf(result), what);
}

}  // namespace musicgen::gpu
