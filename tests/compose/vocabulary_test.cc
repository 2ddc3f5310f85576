#include "compose/vocabulary.h"

#include <gmock/gmock.h>

namespace musicgen::compose {
namespace {

std::vector<int> Used(const Vocabulary& vocabulary) {
  std::vector<int> used;
  for (int book = 0; book < kBooks; ++book) used.push_back(vocabulary.used(book));
  return used;
}

TEST(VocabularyTest, HasTheRowsOfThePalettes) {
  EXPECT_THAT(Used(Vocabulary(Palette::kFull)), testing::ElementsAre(641, 1441, 2017, 2001));
  EXPECT_THAT(Used(Vocabulary(Palette::kRestricted)), testing::ElementsAre(641, 577, 265, 721));
}

TEST(VocabularyTest, SilenceIsCodeZero) {
  const Vocabulary vocabulary(Palette::kFull);
  for (int book = 0; book < kBooks; ++book) {
    EXPECT_EQ(vocabulary.meaning(book, 0).instrument, -1);
    EXPECT_EQ(vocabulary.meaning(book, 0).next, 0);
  }
}

TEST(VocabularyTest, MeaningAndCodeAreInverse) {
  for (const Palette palette : {Palette::kFull, Palette::kRestricted}) {
    const Vocabulary vocabulary(palette);
    for (int book = 0; book < kBooks; ++book) {
      for (int code = 1; code < vocabulary.used(book); ++code) {
        const CodeMeaning& meaning = vocabulary.meaning(book, code);
        EXPECT_EQ(vocabulary.code(book, meaning.instrument, meaning.pitch, meaning.age), code);
      }
    }
  }
}

TEST(VocabularyTest, SoundsGoOnUntilTheyEndOrLoop) {
  const Vocabulary vocabulary(Palette::kFull);
  const int piano = vocabulary.code(2, kPianoChords, 0, 0);
  EXPECT_EQ(vocabulary.meaning(2, piano).next, piano + 1);
  EXPECT_TRUE(vocabulary.meaning(2, piano + 23).last);
  EXPECT_EQ(vocabulary.meaning(2, piano + 23).next, 0);
  const int pad = vocabulary.code(2, kPad, 0, 0);
  EXPECT_FALSE(vocabulary.meaning(2, pad + 19).last);
  EXPECT_EQ(vocabulary.meaning(2, pad + 19).next, pad + 4);
}

TEST(VocabularyTest, ARestrictedPaletteHasTheNotesOfItsKeys) {
  const Vocabulary vocabulary(Palette::kRestricted);
  EXPECT_TRUE(vocabulary.has(2, kPad, 9 + 12));  // A minor
  EXPECT_FALSE(vocabulary.has(2, kPad, 9));      // A major
  EXPECT_TRUE(vocabulary.has(3, kFlute, 0));     // E
  EXPECT_FALSE(vocabulary.has(3, kFlute, 2));    // F sharp
  EXPECT_FALSE(vocabulary.has(3, kVibraphone, 0));
}

}  // namespace
}  // namespace musicgen::compose
