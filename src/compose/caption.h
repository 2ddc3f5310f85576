// Captions as users write prompts.
#pragma once

#include <cstdint>
#include <string>

#include "compose/attributes.h"

namespace musicgen::compose {

// A caption of these attributes, lower case, drawn by seed and counter. `complete` keeps all parts
// (mood, tempo word, style, instruments, tempo, key); otherwise each is kept with its probability.
// The tempo is the exact one when complete, else rounded by up to 1.5 % half of the time.
std::string Caption(const SongAttributes& attributes, uint64_t seed, uint64_t counter,
                    bool complete);

}  // namespace musicgen::compose
