// The recordings behind the codes: each sound of the palette alone, as long as its ages.
#pragma once

#include <vector>

#include "compose/sound_font.h"
#include "compose/vocabulary.h"

namespace musicgen::compose {

class PaletteSounds {
 public:
  explicit PaletteSounds(SoundFont* font) : font_(font) {}

  // [ages × 640]: trimmed to its onset, at the instrument's level, faded over the last frames
  // unless it loops.
  std::vector<float> Sound(Book book, int instrument, int pitch);

 private:
  std::vector<float> Drum(int kit, int hit, size_t samples);
  std::vector<float> Chord(int instrument, int triad, size_t samples);
  std::vector<float> Note(const Preset& preset, int key, size_t samples);

  SoundFont* font_;
};

}  // namespace musicgen::compose
