#include "gpu/devices.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

namespace musicgen::gpu {

const char* KindName(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::kDiscrete:
      return "discrete";
    case DeviceKind::kIntegrated:
      return "integrated";
    case DeviceKind::kVirtual:
      return "virtual";
    case DeviceKind::kOther:
      return "other";
    case DeviceKind::kSoftware:
      return "software";
  }
  return "?";
}

std::vector<DeviceInfo> Countable(std::vector<DeviceInfo> all, bool software) {
  std::vector<DeviceInfo> countable;
  for (DeviceInfo& device : all) {
    if (device.kind == DeviceKind::kSoftware && !software) continue;
    if (!device.missing.empty()) continue;
    const auto same = std::find_if(countable.begin(), countable.end(), [&](const DeviceInfo& each) {
      return each.uuid == device.uuid;
    });
    if (same == countable.end()) {
      countable.push_back(std::move(device));
    } else if (device.vendors_driver && !same->vendors_driver) {
      *same = std::move(device);
    }
  }
  std::stable_sort(countable.begin(), countable.end(),
                   [](const DeviceInfo& a, const DeviceInfo& b) { return a.kind < b.kind; });
  return countable;
}

bool AdmitsSoftware() {
  const char* text = std::getenv("MUSICGEN_VULKAN_SOFTWARE");
  return text != nullptr && std::string_view(text) == "1";
}

bool MayHaveCard() {
#if defined(__linux__)
  const std::filesystem::path dev = "/dev";
  std::error_code ignored;
  return std::filesystem::exists(dev / "dri", ignored) ||        // Mesa's, and most others'
         std::filesystem::exists(dev / "nvidiactl", ignored) ||  // NVIDIA's
         std::filesystem::exists(dev / "dxg", ignored);          // Windows' behind WSL
#else
  return true;
#endif
}

}  // namespace musicgen::gpu
