// What the codes of the four codebooks mean: (sound, age in frames). Code 0 is silence in each.
#pragma once

#include <array>
#include <vector>

#include "compose/instruments.h"

namespace musicgen::compose {

struct CodeMeaning {
  int instrument;  // kit, bass, chord or lead instrument; -1: silence
  int pitch;       // drum hit, pitch or triad within the instrument
  int age;         // frames since the onset
  bool last;       // the last age of a sound that ends
  int next;        // the code while the sound goes on: next age, start of the loop, or 0
};

// How long the sounds of an instrument last.
struct Ages {
  int count;      // frames
  int loop_from;  // where the last frame leads back to; -1: the sound ends
};
Ages AgesOf(Book book, int instrument);

class Vocabulary {
 public:
  explicit Vocabulary(Palette palette);

  Palette palette() const { return palette_; }
  int used(int book) const;                              // rows used, code 0 included
  const CodeMeaning& meaning(int book, int code) const;  // code < used(book)
  // The code of a sound that the palette has.
  int code(int book, int instrument, int pitch, int age) const;
  bool has(int book, int instrument, int pitch) const;

 private:
  void Add(int book, int instrument, int pitch);

  Palette palette_;
  std::array<std::vector<CodeMeaning>, kBooks> meanings_;
  std::array<std::vector<std::vector<int>>, kBooks> first_;  // [instrument][pitch]; 0: none
};

}  // namespace musicgen::compose
