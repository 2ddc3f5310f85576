// How a melody model turns sound into the rows in front of the codes.
#pragma once

#include <cstdint>

#include "conditioning/chroma_extractor.h"

namespace musicgen::generate {

struct MelodySettings {
  conditioning::ChromaConfig chroma;
  int64_t frames = 235;  // chroma rows, whatever the melody's length
};

}  // namespace musicgen::generate
