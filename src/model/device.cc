#include "model/device.h"

#include <charconv>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "gpu/devices.h"
#include "model/memory_need.h"

namespace musicgen::model {
namespace {

// Behind "vulkan": nothing, or a colon and a number.
std::optional<size_t> NumberOf(std::string_view text) {
  if (text.empty()) return 0;
  if (text.front() != ':') return std::nullopt;
  size_t number = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data() + 1, end, number);
  if (error != std::errc() || at != end) return std::nullopt;
  return number;
}

}  // namespace

Device FindDevice(const std::string& text) {
  if (text == "auto") return {std::nullopt, true};
  if (text == "cpu") return {};
  constexpr std::string_view kVulkan = "vulkan";
  if (text.starts_with(kVulkan)) {
    if (const auto number = NumberOf(std::string_view(text).substr(kVulkan.size()))) {
      gpu::FindDevice(*number);
      return {number, false};
    }
  }
  throw Error(ErrorCode::kUnsupported,
              StrCat("device: ", Printable(text),
                     " is not available in this version: expected auto, cpu or vulkan[:N]"));
}

std::string DeviceName(const Device& device) {
  return device.vulkan ? StrCat("vulkan:", *device.vulkan) : "cpu";
}

Precision PrecisionOn(const Device& device, Precision precision) {
  return device.vulkan && precision == Precision::kAuto ? Precision::kF16 : precision;
}

Device Settle(const Device& device, const ModelFiles& files, Precision precision) {
  if (!device.automatic) return device;
  if (!gpu::MayHaveCard()) return device;  // drivers take a moment to say so
  const StageFormats formats = ChooseFormats(PrecisionOn({0, true}, precision));
  const uint64_t needed =
      EstimateWeights(files, formats).lm +
      EstimateMemory(files, formats, files.max_duration_s).cache_bytes_per_stream;
  const std::vector<gpu::DeviceInfo> devices = gpu::ListDevices();
  for (size_t i = 0; i < devices.size(); ++i) {
    if (devices[i].kind == gpu::DeviceKind::kSoftware) continue;
    if (needed <= devices[i].memory_bytes / 10 * 9) return {i, true};
  }
  return device;
}

}  // namespace musicgen::model
