// The pad: a sustained chord made of sines, whose loop has no seam.
#pragma once

#include <vector>

namespace musicgen::compose {

inline constexpr int kPadAttackFrames = 4, kPadLoopFrames = 16;

// The attack, then one turn of the loop, of a chord of these MIDI pitches, at rms 1 in the loop.
std::vector<float> RenderPad(const std::vector<int>& pitches);

}  // namespace musicgen::compose
