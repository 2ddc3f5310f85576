// In place of the folder where this build has no Vulkan.

#include "base/error.h"
#include "gpu/device_speed.h"
#include "gpu/devices.h"

namespace musicgen::gpu {

std::vector<DeviceInfo> ListDevices() { return {}; }

DeviceInfo FindDevice(size_t) {
  throw Error(ErrorCode::kUnsupported, "Vulkan: expected a build with it, found one without");
}

std::string DescribeArithmetic(size_t) { return {}; }

GraphicsCardSpeed MeasureSpeed(size_t number) {
  FindDevice(number);  // throws
  return {};
}

}  // namespace musicgen::gpu
