// The step lists of the codebook patterns, as AudioCraft's pattern providers make them.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "lm/pattern_config.h"

namespace musicgen::lm {

struct Coordinate {
  int64_t frame;
  int64_t codebook;
  auto operator<=>(const Coordinate&) const = default;
};

// The codes of one decoding step; frames ≥ T may occur and stand for no code.
using LayoutStep = std::vector<Coordinate>;

// Every step, the empty first one included.
std::vector<LayoutStep> MakeLayout(const PatternConfig& config, int64_t codebooks, int64_t frames);

}  // namespace musicgen::lm
