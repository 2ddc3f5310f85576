// The sounds that a request brings.
#pragma once

#include <string>

#include "musicgen/musicgen.hpp"

namespace musicgen::cli {

// A melody as far as a piece of `duration_s`, made in windows of `window_s`, listens to it: the
// rest of a long file is not read. Throws Error(kBadInput).
Waveform ReadMelody(const std::string& path, double duration_s, double window_s);

}  // namespace musicgen::cli
