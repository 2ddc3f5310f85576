// A device of the machine, proved.
#pragma once

#include <memory>

#include "gpu/device.h"

namespace musicgen::gpu {

// The N-th that "vulkan:N" counts. Throws as FindDevice (gpu/devices.h) where there is none;
// Error(kUnsupported) with what the probe (gpu/probe.h) found wrong with it.
std::unique_ptr<Device> OpenDevice(size_t number, const InstanceOptions& options = {});

}  // namespace musicgen::gpu
