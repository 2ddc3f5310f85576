// The sounds that a request brings.
#pragma once

#include <string>

#include "musicgen/musicgen.hpp"

namespace musicgen::cli {

// A melody as far as a piece of `duration_s`, made in windows of `window_s`, listens to it: the
// rest of a long file is not read. Throws Error(kBadInput).
Waveform ReadMelody(const std::string& path, double duration_s, double window_s);

// A sound whose style is followed; of one whose excerpt begins where it is asked to, what comes
// behind is not read. Says on stderr when the excerpt's length is none that models are trained on.
// Throws Error(kBadInput).
Waveform ReadStyle(const std::string& path, const StyleParams& params, const ModelInfo& info);

}  // namespace musicgen::cli
