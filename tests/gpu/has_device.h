// Whether there is a device to test on, software devices included; in builds without Vulkan there
// is none.
#pragma once

#include <cstdlib>

#include "gpu/devices.h"

namespace musicgen::gpu {

inline bool HasTestDevice() {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
  return false;  // it knows nothing of what software drivers compile at run time
#endif
#endif
  setenv("MUSICGEN_VULKAN_SOFTWARE", "1", 1);
  return !ListDevices().empty();
}

}  // namespace musicgen::gpu
