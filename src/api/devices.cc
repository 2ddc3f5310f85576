#include "api/devices.h"

#include "gpu/devices.h"

namespace musicgen::api {

std::vector<GraphicsCard> GraphicsCards() {
  std::vector<GraphicsCard> cards;
  for (const gpu::DeviceInfo& device : gpu::ListDevices()) {
    cards.push_back({device.name, device.driver, gpu::KindName(device.kind), device.memory_bytes,
                     gpu::DescribeArithmetic(cards.size())});
  }
  return cards;
}

}  // namespace musicgen::api
