#include "text/charsmap.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/mapped_file.h"
#include "fixtures_directory.h"
#include "text/utf8.h"
#include "text/vocabulary.h"

namespace musicgen::text {
namespace {

using namespace std::string_literals;

std::string MapBytes() {
  const MappedFile file(std::string(kFixturesDirectory) + "/tokenizer/spiece.model");
  return ReadSentencePieceModel(file.bytes(), "spiece.model", 0).charsmap;
}

// What tokenizers 0.23 makes of the same texts.
TEST(Charsmap, NormalizesLikeTheTokenizersLibrary) {
  const Charsmap map(MapBytes(), "spiece.model");
  EXPECT_EQ(map.Normalize("plain text"), "plain text");
  EXPECT_EQ(map.Normalize("\t\r\n\u200b\u00ad.\u3000"), "   \u00ad. ");
  EXPECT_EQ(map.Normalize("e\u0301"), "\u00e9");
  EXPECT_EQ(map.Normalize("\x01\x7f"), "");
  EXPECT_EQ(map.Normalize("a\0b"s), "a\0b"s);
}

TEST(Charsmap, LosesMarksOfSmallClustersAndSplitsLargeOnes) {
  const Charsmap map(MapBytes(), "spiece.model");
  EXPECT_EQ(map.Normalize("\ufb01\u0301ne"), "fine");
  EXPECT_EQ(map.Normalize("\u00bd\u0301"), "1\u20442");
  EXPECT_EQ(map.Normalize("\u00bd\u0301\u0302\u0303"), "1\u20442\u0301\u0302\u0303");
  EXPECT_EQ(map.Normalize("e\u0301\u0302\u0303"), "e\u0301\u0302\u0303");
}

TEST(Charsmap, ChangesNothingWhenEmpty) { EXPECT_EQ(Charsmap().Normalize("\t\ufb01"), "\t\ufb01"); }

TEST(Charsmap, RefusesLyingLengths) {
  const std::string bytes = MapBytes();
  for (const std::string& bad : {"\x01"s, "\x04\0\0\0\0\0"s, bytes.substr(0, 100), "\3\0\0\0abc"s,
                                 "\0\0\0\0abcd"s, "\4\0\0\0abcd\xff"s}) {
    EXPECT_THROW(Charsmap(bad, "spiece.model"), Error);
  }
}

// A damaged trie may map to nonsense, but never leaves its memory or valid UTF-8.
TEST(Charsmap, SurvivesAnyTrie) {
  std::string bytes = MapBytes();
  uint32_t random = 1;
  const std::string text = "caf\u00e9 \ufb01 \u00bd \t \u3042 \U0001f3b5 e\u0301";
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < 200; ++i) {
      random = random * 1664525 + 1013904223;
      bytes[4 + (random >> 8) % 4000] = static_cast<char>(random >> 3);
    }
    const std::string normal = Charsmap(bytes, "spiece.model").Normalize(text);
    EXPECT_EQ(ReplaceInvalidUtf8(normal), normal);
  }
}

}  // namespace
}  // namespace musicgen::text
