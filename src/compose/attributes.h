// What a caption can say about a song.
#pragma once

#include <cstdint>

#include "compose/instruments.h"

namespace musicgen::compose {

enum class Mood { kHappy, kCalm, kDark, kSad };  // major fast, major slow, minor fast, minor slow
inline constexpr int kMoods = 4;
Mood MoodOf(bool minor, int beat_frames);

struct SongAttributes {
  Style style = Style::kPop;
  int beats_per_bar = 4;
  int beat_frames = 25;
  int tonic = 0;  // pitch class, 0: C
  bool minor = false;
  int kit = 0;
  int bass = 0;
  int chords = 0;
  int lead = 0;
  bool drums = true;  // false: `kit` is silent
  Mood mood = Mood::kHappy;
};

// 3000 / beat_frames, rounded.
int BeatsPerMinute(int beat_frames);

enum class WrongAttribute { kTempo, kKey, kLead, kChords, kStyle, kDrums };
inline constexpr int kWrongAttributes = 6;

// The attributes with another value of one of them, drawn by the same counter from what the palette
// has (the mood follows tempo and key): for the cost of a caption that is wrong in one thing.
SongAttributes WithOneWrong(const SongAttributes& attributes, WrongAttribute wrong, Palette palette,
                            uint64_t seed, uint64_t counter);
// The same from the whole palette.
SongAttributes WithOneWrong(const SongAttributes& attributes, WrongAttribute wrong, uint64_t seed,
                            uint64_t counter);

}  // namespace musicgen::compose
