// Melodies: two bar motifs, A and B, that alternate and follow the chords.
#pragma once

#include <string_view>

#include "compose/instruments.h"

namespace musicgen::compose {

inline constexpr int kMelodyRhythms = 8;
inline constexpr int kContours = 12;

struct Motif {
  int rhythm;   // of the pool for the metre
  int contour;  // of the pool
};

// One character a sixteenth, 'x' for a note; 3 or 4 beats.
std::string_view MelodyRhythm(int rhythm, int beats_per_bar);

// The MIDI pitch of the motif's note'th note over the chord on a step of the scale: the contour,
// -1 … 5 scale steps above the chord's root, folded into the lead's range.
int MelodyPitch(const Motif& motif, int note, const Key& key, int chord_step);

}  // namespace musicgen::compose
