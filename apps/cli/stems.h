// Drums and bass of a melody, on the command line.
#pragma once

#include <string>

#include "musicgen/musicgen.hpp"

namespace musicgen::cli {

StemsMode StemsModeOf(const std::string& mode);  // of "auto", "on" or "off"

// From now on what the library says of a separation goes to stderr.
void PrintSeparations();

// Says on stderr that a melody's drums and bass stay in for want of weights, where they do and
// AudioCraft would take them out.
void WarnOfWholeMelody(const Model& model, const GenerationRequest& request,
                       const std::string& reference);

}  // namespace musicgen::cli
