// A device of the machine, proved.
#pragma once

#include <memory>

#include "gpu/device.h"

namespace musicgen::gpu {

// The N-th that "vulkan:N" counts. Throws Error(kFailure) with why there is none, or what the probe
// (gpu/probe.h) found wrong with it; Error(kBadInput) when there are fewer.
std::unique_ptr<Device> OpenDevice(size_t number, const InstanceOptions& options = {});

}  // namespace musicgen::gpu
