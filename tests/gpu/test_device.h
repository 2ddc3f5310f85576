// The device that tests run on: the first there is, software devices included.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "gpu/has_device.h"
#include "gpu/open_device.h"

namespace musicgen::gpu {

// One for all tests of a program, since opening it takes a moment.
inline Device& TestDevice() {
  static const std::unique_ptr<Device> device = OpenDevice(0);
  return *device;
}

#define MUSICGEN_NEEDS_DEVICE()                                            \
  if (!::musicgen::gpu::HasTestDevice()) {                                 \
    GTEST_SKIP() << "no Vulkan device, not even mesa-vulkan-drivers' one"; \
  }                                                                        \
  static_assert(true)

}  // namespace musicgen::gpu
