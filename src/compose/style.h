// What is typical of a style. Patterns are written one character a sixteenth, one bar long.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "compose/instruments.h"

namespace musicgen::compose {

inline constexpr int kSixteenths = 4;  // of a beat

struct StyleParts {
  int beats_per_bar;
  bool swing;
  // Typical choices; songs leave them now and then.
  std::vector<int> beat_frames, kits, basses, chords, leads;
  int drums_percent;
  std::array<std::string_view, 2> drums;        // '.' or a letter of HitOf()
  std::string_view fill;                        // replaces the end of bar 4
  bool crash;                                   // opens the loop after a fill
  std::array<std::string_view, 2> bass;         // '.' or a step above the chord's root, '1' … '8'
  std::vector<std::string_view> chord_rhythms;  // '.' or 'x'
  std::vector<int> melody_rhythms;              // numbers in the pool of compose/melody.h
};
const StyleParts& PartsOf(Style style);

// What a letter of a drum pattern means.
Hit HitOf(char letter);

}  // namespace musicgen::compose
