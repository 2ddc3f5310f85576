#include "api/devices.h"

#include "base/error.h"
#include "gpu/device_speed.h"
#include "gpu/devices.h"
#include "model/device.h"

namespace musicgen::api {

std::vector<GraphicsCard> GraphicsCards() {
  std::vector<GraphicsCard> cards;
  for (const gpu::DeviceInfo& device : gpu::ListDevices()) {
    cards.push_back({device.name, device.driver, gpu::KindName(device.kind), device.memory_bytes,
                     gpu::DescribeArithmetic(cards.size())});
  }
  return cards;
}

GraphicsCardSpeed SpeedOf(const std::string& device) {
  const model::Device found = model::FindDevice(device);
  if (!found.vulkan) {
    ThrowBadInput("device: expected a graphics card, vulkan[:N], found ", Printable(device));
  }
  return gpu::MeasureSpeed(*found.vulkan);
}

}  // namespace musicgen::api
