// What the files beside a rendered song say about it.
#pragma once

#include <cstdint>

#include "compose/attributes.h"
#include "compose/clip_files.h"

namespace musicgen::compose {

// The description is the complete caption of seed and counter; wrong ones take another value of the
// palette's: of tempo, key, lead, chords, style, drums.
ClipText SongText(const SongAttributes& attributes, Palette palette, uint64_t seed,
                  uint64_t counter);

}  // namespace musicgen::compose
