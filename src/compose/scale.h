// Major and natural minor scales and the chords on their steps.
#pragma once

#include "compose/instruments.h"

namespace musicgen::compose {

inline constexpr int kScaleSteps = 7;

// Semitones above the tonic of a scale step; steps below 0 and above 6 lie in other octaves.
int StepSemitones(bool minor, int step);
// Whether a MIDI pitch belongs to the key.
bool InScale(const Key& key, int midi_pitch);
// The triad (0 … 23) on a step of the scale; -1: a diminished one, which no instrument plays.
int TriadOn(const Key& key, int step);
inline int TriadRoot(int triad) { return triad % 12; }
inline bool TriadMinor(int triad) { return triad >= 12; }
// The pitch moved by octaves into the one that begins at `lowest`.
int FoldUp(int midi_pitch, int lowest);

}  // namespace musicgen::compose
