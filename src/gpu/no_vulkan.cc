// In place of the folder where this build has no Vulkan.

#include "gpu/devices.h"

namespace musicgen::gpu {

std::vector<DeviceInfo> ListDevices() { return {}; }

}  // namespace musicgen::gpu
