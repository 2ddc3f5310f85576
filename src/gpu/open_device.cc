#include "gpu/open_device.h"

#include <utility>

#include "base/error.h"
#include "gpu/probe.h"

namespace musicgen::gpu {

std::unique_ptr<Device> OpenDevice(size_t number, const InstanceOptions& options) {
  auto instance = Instance::Open(options);
  DeviceInfo info = instance->Find(number);
  auto device = std::make_unique<Device>(std::move(instance), std::move(info));
  device->set_arithmetic(Probe(*device));
  return device;
}

std::string DescribeArithmetic(size_t number) {
  try {
    const Arithmetic arithmetic = OpenDevice(number)->arithmetic();
    std::string text = "fused multiply-adds";
    if (arithmetic.exact_fma) text += " made from double";
    if (arithmetic.refined_division) text += ", refined divisions";
    if (arithmetic.refined_sqrt) text += ", refined square roots";
    return text;
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace musicgen::gpu
