// What ordinary clips are made of.
#pragma once

#include <array>
#include <string_view>
#include <vector>

namespace musicgen::compose {

enum class ClipStyle { kPop, kRock, kJazz, kBlues, kWaltz, kTechno, kAmbient, kReggae };
inline constexpr int kClipStyles = 8;

// Patterns have one character a sixteenth, one bar long.
struct ClipStyleParts {
  std::string_view name;
  int beats_per_bar;
  int lowest_bpm, highest_bpm;
  bool swing;
  std::string_view kick, snare, cymbal;  // '.' or 'x'
  int cymbal_key;                        // of a General MIDI kit
  std::string_view bass;                 // '.' or steps above the chord's root, '1' … '8'
  int bass_program;
  std::string_view chords;  // '.' or 'x'
};
const ClipStyleParts& PartsOf(ClipStyle style);

struct ClipInstrument {
  std::string_view name, family;
  int program;
};
const std::vector<ClipInstrument>& ClipLeads();           // 12 in 8 families
const std::vector<ClipInstrument>& ClipAccompaniments();  // 8

// Progressions of 4 or 8 bars, a chord a bar by its step of the scale, and how likely they are.
struct ClipProgression {
  int weight;
  std::vector<int> steps;
};
const std::vector<ClipProgression>& ClipProgressions(bool minor);

}  // namespace musicgen::compose
