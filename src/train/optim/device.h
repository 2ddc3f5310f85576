// Where training computes.
#pragma once

#include <c10/core/Device.h>

#include <string>

#include "train/optim/parameters.h"

namespace musicgen::train {

// "cpu", "cuda" or "cuda:N", as the setting `device` has it. On a GPU products of matrices may
// round their factors to TF32 from here on. Throws Error where the device or a libtorch for it is
// absent.
at::Device OpenDevice(const std::string& name);

// The same tensors, on this device: before an optimizer or an average is made of them.
void MoveTo(at::Device device, const Parameters& parameters);

}  // namespace musicgen::train
