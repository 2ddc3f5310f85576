#pragma once

#include <cstdint>
#include <vector>

#include "musicgen/codes.hpp"

namespace musicgen {

// What a style model makes of a sound.
struct Style {
  Codes codes;                   // [eval_q, S], of the bottleneck
  int64_t vectors = 0;           // S, 5 a second
  int64_t width = 0;             // D, the language model's
  std::vector<float> condition;  // [S, D], in front of the text and the codes
};

}  // namespace musicgen
