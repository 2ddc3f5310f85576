// Where the language model computes. The other stages compute on the processor.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "model/model_files.h"
#include "model/precision.h"

namespace musicgen::model {

struct Device {
  std::optional<size_t> vulkan;  // N of "vulkan:N" (gpu/devices.h); none: the processor
  bool automatic = false;        // another will do
};

// "auto", "cpu", "vulkan" (the first), "vulkan:N". Throws Error(kUnsupported) for others, and with
// the reason where there is no such Vulkan device; Error(kBadInput) when there are fewer.
Device FindDevice(const std::string& text);

// "cpu", "vulkan:0", …
std::string DeviceName(const Device& device);

// What kAuto (after Resolve) stands for on the device: f16 on a graphics card, itself on the
// processor (precision.h). Others are what they are.
Precision PrecisionOn(const Device& device, Precision precision);

// What "auto" becomes: the first graphics card that has the memory for the model at this precision,
// else the processor; never a software device. Others stay.
Device Settle(const Device& device, const ModelFiles& files, Precision precision);

}  // namespace musicgen::model
