// The graphics cards of this machine.
#pragma once

#include <vector>

#include "musicgen/graphics_card.hpp"
#include "musicgen/handle.hpp"

namespace musicgen {

// Those that ModelOptions::device counts as "vulkan:N". Takes a moment: each is tried.
inline std::vector<GraphicsCard> GraphicsCards() {
  detail::DevicesHandle devices;
  detail::Check(mg_devices_list(devices.out()));
  std::vector<GraphicsCard> cards;
  for (size_t i = 0; i < mg_devices_count(devices.get()); ++i) {
    cards.push_back({mg_devices_name(devices.get(), i), mg_devices_driver(devices.get(), i),
                     mg_devices_kind(devices.get(), i), mg_devices_memory_bytes(devices.get(), i),
                     mg_devices_arithmetic(devices.get(), i)});
  }
  return cards;
}

}  // namespace musicgen
