// The draws that fix a song; all else is repetition.
#pragma once

#include <array>
#include <cstdint>

#include "compose/attributes.h"
#include "compose/melody.h"

namespace musicgen::compose {

inline constexpr int kLoopBars = 4;

struct SongPlan {
  SongAttributes attributes;
  int drum_pattern, bass_pattern, chord_rhythm;  // of the style
  bool fill;                                     // in bar 4
  std::array<int, kLoopBars> progression;        // steps of the scale, a chord a bar
  std::array<Motif, 2> motifs;
};

SongPlan DrawPlan(Palette palette, uint64_t seed, uint64_t counter);

}  // namespace musicgen::compose
