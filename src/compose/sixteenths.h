// Where the sixteenths of a beat begin.
#pragma once

#include <array>

#include "compose/style.h"

namespace musicgen::compose {

// Frames from the beat. Swing moves the off-beat from 0.5 to 0.64 of the beat.
std::array<int, kSixteenths> SixteenthFrames(int beat_frames, bool swing);

}  // namespace musicgen::compose
