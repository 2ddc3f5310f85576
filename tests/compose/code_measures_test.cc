#include "compose/code_measures.h"

#include <gtest/gtest.h>

#include "compose/song.h"

namespace musicgen::compose {
namespace {

Codes CodesOf(const Song& song) {
  const auto frames = static_cast<int64_t>(song.frames.size());
  Codes codes(kBooks, frames);
  for (int64_t t = 0; t < frames; ++t) {
    for (int k = 0; k < kBooks; ++k) {
      codes.at(k, t) = song.frames[static_cast<size_t>(t)][static_cast<size_t>(k)];
    }
  }
  return codes;
}

Key KeyOf(const Song& song) { return {song.attributes.tonic, song.attributes.minor}; }

TEST(CodeMeasures, OfComposedSongsArePerfect) {
  const Vocabulary vocabulary(Palette::kFull);
  for (uint64_t counter = 0; counter < 40; ++counter) {
    const Song song = Compose(vocabulary, 3, counter, 500);
    const Codes codes = CodesOf(song);
    ASSERT_EQ(GlitchRate(vocabulary, codes), 0.0) << counter;
    ASSERT_EQ(GridShare(vocabulary, codes), 1.0) << counter;
    ASSERT_EQ(ScaleShare(vocabulary, codes, KeyOf(song)), 1.0) << counter;
  }
}

TEST(CodeMeasures, SeeThroughChance) {
  const Vocabulary vocabulary(Palette::kFull);
  Codes codes(kBooks, 500);
  uint32_t state = 1;
  for (int64_t t = 0; t < 500; ++t) {
    for (int k = 0; k < kBooks; ++k) {
      state = state * 1664525u + 1013904223u;
      codes.at(k, t) =
          static_cast<int32_t>((state >> 8) % static_cast<uint32_t>(vocabulary.used(k)));
    }
  }
  EXPECT_GT(GlitchRate(vocabulary, codes), 0.9);
  EXPECT_LT(GridShare(vocabulary, codes), 0.5);
  EXPECT_LT(ScaleShare(vocabulary, codes, {0, false}), 0.7);
}

TEST(CodeMeasures, CountOneCutAndOneNumberThatIsNoSound) {
  const Vocabulary vocabulary(Palette::kFull);
  Codes codes = CodesOf(Compose(vocabulary, 3, 0, 100));
  for (int64_t t = 0; t < 100; ++t) codes.at(3, t) = 0;
  const int note = vocabulary.code(3, 0, 5, 0);
  codes.at(3, 10) = note;
  codes.at(3, 11) = note + 1;  // cut at frame 12
  codes.at(3, 50) = kCodebookSize - 1;
  EXPECT_DOUBLE_EQ(GlitchRate(vocabulary, codes), 2.0 / 400.0);
}

}  // namespace
}  // namespace musicgen::compose
