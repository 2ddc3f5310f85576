#include "gpu/open_device.h"

#include <utility>
#include <vector>

#include "base/error.h"
#include "gpu/probe.h"

namespace musicgen::gpu {
namespace {

std::string NoDevice(const std::vector<DeviceInfo>& all) {
  for (const DeviceInfo& device : all) {
    if (device.kind != DeviceKind::kSoftware && !device.missing.empty()) {
      return StrCat("Vulkan: expected ", device.missing, " of ", device.name, ", found none");
    }
  }
  for (const DeviceInfo& device : all) {
    if (device.kind == DeviceKind::kSoftware) {
      return StrCat("Vulkan: expected a graphics card, found only the software device ",
                    device.name, ", which is for tests (MUSICGEN_VULKAN_SOFTWARE=1)");
    }
  }
  return "Vulkan: expected a graphics card with a driver for Vulkan, found none";
}

}  // namespace

std::unique_ptr<Device> OpenDevice(size_t number, const InstanceOptions& options) {
  auto instance = Instance::Open(options);
  const std::vector<DeviceInfo> all = instance->Describe();
  std::vector<DeviceInfo> devices = Countable(all, AdmitsSoftware());
  if (devices.empty()) ThrowFailure(NoDevice(all));
  if (number >= devices.size()) {
    ThrowBadInput("device vulkan:", number, ": expected a number below ", devices.size(),
                  ", as many devices as there are");
  }
  auto device = std::make_unique<Device>(std::move(instance), std::move(devices[number]));
  device->set_arithmetic(Probe(*device));
  return device;
}

}  // namespace musicgen::gpu
