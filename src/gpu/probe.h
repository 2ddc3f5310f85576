// Proves a device's arithmetic before anything leans on it: drivers differ in what they fuse,
// contract, reorder and round.
#pragma once

#include "gpu/device.h"

namespace musicgen::gpu {

// The variants that compute what IEEE 754 says, found by trying. Throws Error(kUnsupported) naming
// what the device gets wrong in every variant.
Arithmetic Probe(Device& device);

// What the device gets wrong in the variants that it is set to.
struct Faults {
  bool fused = false, contracted = false, quotient = false, root = false, half = false,
       tree = false;
  bool operator==(const Faults&) const = default;
};
Faults FindFaults(const Device& device);

}  // namespace musicgen::gpu
