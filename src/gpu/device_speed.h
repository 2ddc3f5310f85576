// How fast a device is, whatever it computes: the two figures that its other times are measured by.
#pragma once

#include <cstddef>

#include "musicgen/graphics_card_speed.hpp"

namespace musicgen::gpu {

// Of the N-th that "vulkan:N" counts, the best of several runs. Throws Error.
GraphicsCardSpeed MeasureSpeed(size_t number);

}  // namespace musicgen::gpu
