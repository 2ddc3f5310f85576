// The graphics cards of this machine.
#pragma once

#include <string>
#include <vector>

#include "musicgen/graphics_card.hpp"
#include "musicgen/graphics_card_speed.hpp"

namespace musicgen::api {

// As musicgen.h says of mg_devices_list.
std::vector<GraphicsCard> GraphicsCards();

// Of the card of this name, "vulkan:N". Throws Error.
GraphicsCardSpeed SpeedOf(const std::string& device);

}  // namespace musicgen::api
