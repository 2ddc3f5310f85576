#include "text/grapheme.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace musicgen::text {
namespace {

std::vector<std::string> Clusters(const std::string& text) {
  std::vector<std::string> clusters;
  for (size_t at = 0; at < text.size();) {
    const size_t end = GraphemeEnd(text, at);
    clusters.push_back(text.substr(at, end - at));
    at = end;
  }
  return clusters;
}

using Strings = std::vector<std::string>;

TEST(Grapheme, FollowsTheRulesOfTheAnnex) {
  EXPECT_EQ(Clusters("ab"), (Strings{"a", "b"}));
  EXPECT_EQ(Clusters("\r\n\n\r"), (Strings{"\r\n", "\n", "\r"}));
  EXPECT_EQ(Clusters("e\u0301\u0302x"), (Strings{"e\u0301\u0302", "x"}));
  EXPECT_EQ(Clusters("\n\u0301"), (Strings{"\n", "\u0301"}));
  EXPECT_EQ(Clusters("\u1112\u1161\u11ab\u1112"), (Strings{"\u1112\u1161\u11ab", "\u1112"}));
  EXPECT_EQ(Clusters("\uac00\u11a8\uac01\u1161"), (Strings{"\uac00\u11a8", "\uac01", "\u1161"}));
  EXPECT_EQ(Clusters("\u0e01\u0e33"), (Strings{"\u0e01\u0e33"}));              // spacing mark
  EXPECT_EQ(Clusters("\u0600\u0061"), (Strings{"\u0600\u0061"}));              // prepend
  EXPECT_EQ(Clusters("\u0915\u094d\u0937"), (Strings{"\u0915\u094d\u0937"}));  // conjunct
  EXPECT_EQ(Clusters("\u0915\u0937"), (Strings{"\u0915", "\u0937"}));
}

TEST(Grapheme, JoinsEmojiAndPairsFlags) {
  const std::string family = "\U0001f469\U0001f3fd\u200d\U0001f467";
  EXPECT_EQ(Clusters(family), (Strings{family}));
  EXPECT_EQ(Clusters("a\u200d\U0001f467"), (Strings{"a\u200d", "\U0001f467"}));
  EXPECT_EQ(Clusters("\U0001f1e9\U0001f1ea\U0001f1eb"),
            (Strings{"\U0001f1e9\U0001f1ea", "\U0001f1eb"}));
}

}  // namespace
}  // namespace musicgen::text
