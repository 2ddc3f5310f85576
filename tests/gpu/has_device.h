// Whether there is a device to test on, software devices included; in builds without Vulkan there
// is none.
#pragma once

#include <dlfcn.h>

#include <cstdlib>

#include "gpu/devices.h"

namespace musicgen::gpu {

inline bool HasTestDevice() {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
  return false;  // it knows nothing of what software drivers compile at run time
#elif __has_feature(address_sanitizer)
  // Mesa's device loses 128 bytes with each instance. Kept in memory, it is known by its name,
  // which tests/gpu/leaks.txt has.
  dlopen("libvulkan_lvp.so", RTLD_NOW | RTLD_NODELETE);
#endif
#endif
  setenv("MUSICGEN_VULKAN_SOFTWARE", "1", 1);
  return !ListDevices().empty();
}

}  // namespace musicgen::gpu
