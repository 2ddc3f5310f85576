// What a line on the stdin of `live` asks for.
#pragma once

#include <string>

#include "musicgen/events.hpp"

namespace musicgen::cli {

// A JSON object with prompt, cfg_coef, temperature, top_k, top_p, at_step, of which at least one;
// any other text is a prompt. Throws Error(kBadInput) that begins with `where`.
Steering ParseLiveLine(const std::string& line, const std::string& where);

}  // namespace musicgen::cli
