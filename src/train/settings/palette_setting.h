// What a configuration says of the palette.
#pragma once

#include "checkpoint/config.h"
#include "compose/vocabulary.h"

namespace musicgen::train {

// palette: full or restricted. Throws Error(kBadInput).
compose::Palette ReadPalette(const checkpoint::Config& settings);

}  // namespace musicgen::train
