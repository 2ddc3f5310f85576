#include "text/unigram.h"

#include <gtest/gtest.h>

namespace musicgen::text {
namespace {

TokenIds Encode(const Unigram& unigram, std::string_view word) {
  TokenIds ids;
  unigram.Encode(word, &ids);
  return ids;
}

TEST(Unigram, TakesTheLargestSum) {
  const Unigram unigram({{"?", 0}, {"a", -1}, {"b", -1}, {"ab", -1.5}, {"abb", -3}}, 0);
  EXPECT_EQ(Encode(unigram, "ab"), (TokenIds{3}));
  EXPECT_EQ(Encode(unigram, "abb"), (TokenIds{3, 2}));
  EXPECT_EQ(Encode(unigram, "bba"), (TokenIds{2, 2, 1}));
  EXPECT_EQ(Encode(unigram, ""), TokenIds());
}

// The way whose last piece begins first.
TEST(Unigram, KeepsTheFirstOfEqualSums) {
  const Unigram unigram({{"?", 0}, {"a", -1}, {"aa", -2}}, 0);
  EXPECT_EQ(Encode(unigram, "aa"), (TokenIds{2}));
  EXPECT_EQ(Encode(unigram, "aaa"), (TokenIds{1, 2}));
}

TEST(Unigram, MergesNeighbouringUnknowns) {
  const Unigram unigram({{"?", 0}, {"a", -1}}, 0);
  EXPECT_EQ(Encode(unigram, "\u3042\u3044a\U0001f3b5"), (TokenIds{0, 1, 0}));
}

// Only a piece of the character alone spares it the unknown score; a longer one may still win.
TEST(Unigram, PrefersALongPieceToUnknowns) {
  const Unigram unigram({{"?", 0}, {"\u3042\u3044", -9}, {"a", -1}}, 0);
  EXPECT_EQ(Encode(unigram, "\u3042\u3044\u3042"), (TokenIds{1, 0}));
}

TEST(Unigram, LetsTheLastOfEqualPiecesCount) {
  const Unigram unigram({{"?", 0}, {"a", -1}, {"a", -5}}, 0);
  EXPECT_EQ(Encode(unigram, "a"), (TokenIds{2}));
}

}  // namespace
}  // namespace musicgen::text
