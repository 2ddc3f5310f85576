// Frame tables without a sound font: a decaying tone for each pitch of bass, chords and lead, a
// decaying noise for each hit.
#pragma once

#include <cmath>

#include "base/random.h"
#include "compose/frame_tables.h"
#include "compose/vocabulary.h"

namespace musicgen::compose {

inline float SyntheticSample(int book, const CodeMeaning& meaning, int i) {
  const double t = static_cast<double>(meaning.age * kFrameSamples + i) / kSampleRateHz;
  const double decay = std::exp(-(4 + 2 * meaning.instrument) * t);
  if (book == 0) {
    const auto noise = Philox({static_cast<uint32_t>(meaning.age * kFrameSamples + i) / 8,
                               static_cast<uint32_t>(meaning.pitch), 0, 0},
                              {static_cast<uint32_t>(meaning.instrument), 1});
    return static_cast<float>(0.3 * decay * decay * decay * (noise[0] * 0x1p-31 - 1));
  }
  const int midi = book == 1 ? kFirstBassPitch + meaning.pitch
                             : (book == 2 ? 55 + meaning.pitch : kFirstLeadPitch + meaning.pitch);
  const double phase = 2 * 3.14159265358979 * 440 * std::exp2((midi - 69) / 12.0) * t;
  double sample = 0;
  for (int partial = 1; partial <= 3 + meaning.instrument; ++partial) {
    sample += std::sin(partial * phase) / partial;
  }
  return static_cast<float>(0.1 * decay * sample);
}

inline FrameTables SyntheticTables(const Vocabulary& vocabulary) {
  FrameTables tables;
  for (int book = 0; book < kBooks; ++book) {
    const auto k = static_cast<size_t>(book);
    for (int code = 0; code < vocabulary.used(book); ++code) {
      const CodeMeaning& meaning = vocabulary.meaning(book, code);
      tables.next[k].push_back(meaning.next);
      for (int i = 0; i < kFrameSamples; ++i) {
        tables.frames[k].push_back(code == 0 ? 0 : SyntheticSample(book, meaning, i));
      }
    }
  }
  return tables;
}

}  // namespace musicgen::compose
