// The composer: endless songs of four voices on the codec's frames, each fixed by its counter.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "compose/attributes.h"
#include "compose/vocabulary.h"

namespace musicgen::compose {

struct Song {
  SongAttributes attributes;
  std::vector<std::array<int16_t, kBooks>> frames;  // [T]
  std::vector<uint8_t> on_grid;                     // [T], 1 where a sixteenth of the song begins
};

// The song of this counter, from its first bar: the same vocabulary, seed and counter give the same
// song on every machine, and a longer one begins with a shorter one. Splits are seeds.
// Thread-safe.
Song Compose(const Vocabulary& vocabulary, uint64_t seed, uint64_t counter, int frame_count);

}  // namespace musicgen::compose
