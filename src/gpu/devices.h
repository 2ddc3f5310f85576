// The devices there are, and which of them count.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace musicgen::gpu {

enum class DeviceKind { kDiscrete, kIntegrated, kVirtual, kOther, kSoftware };
const char* KindName(DeviceKind kind);  // "discrete", …

struct DeviceInfo {
  std::string name;
  std::string driver;  // its name and version
  DeviceKind kind = DeviceKind::kOther;
  bool vendors_driver = false;  // the vendor's own, of several that serve a device
  uint64_t memory_bytes = 0;    // of its own, all heaps
  std::array<uint8_t, 16> uuid{};
  size_t index = 0;     // in the order in which Vulkan names them
  std::string missing;  // what it lacks that every program here needs, or empty
};

// Of all devices those that "vulkan:N" counts, N from 0: each device once, by its UUID, discrete
// ones first, then integrated ones, each kind in Vulkan's order; software devices only with
// `software`.
std::vector<DeviceInfo> Countable(std::vector<DeviceInfo> all, bool software);

// Whether MUSICGEN_VULKAN_SOFTWARE=1 admits software devices, which are for tests.
bool AdmitsSoftware();

// Whether the system has anything like a graphics card: a look at its devices, which takes no time.
bool MayHaveCard();

// Those of this machine, by Countable and AdmitsSoftware. Empty where there are none, no driver, no
// libvulkan, or where this build has no Vulkan.
std::vector<DeviceInfo> ListDevices();

// The N-th of them. Throws Error(kUnsupported) with why there is none at all, Error(kBadInput) when
// there are fewer.
DeviceInfo FindDevice(size_t number);

// How the N-th computes, in a few words, or the sentence by which it is refused: opens and probes
// it.
std::string DescribeArithmetic(size_t number);

}  // namespace musicgen::gpu
