// The graphics cards of this machine.
#pragma once

#include <vector>

#include "musicgen/graphics_card.hpp"

namespace musicgen::api {

// As musicgen.h says of mg_devices_list.
std::vector<GraphicsCard> GraphicsCards();

}  // namespace musicgen::api
