#include "text/added_tokens.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace musicgen::text {
namespace {

// Tokens as [id], what lies between as it is.
std::string Show(std::string_view text, const std::vector<AddedToken>& tokens) {
  std::string out;
  for (const Stretch& stretch : SplitAtTokens(text, tokens)) {
    out += stretch.id >= 0 ? StrCat('[', stretch.id, ']') : std::string(stretch.text);
    out += '|';
  }
  return out;
}

TEST(AddedTokens, CutsFromLeftToRightLongestFirst) {
  const std::vector<AddedToken> tokens = {{"<a>", 1}, {"<a>b", 2}, {"b<", 3}};
  EXPECT_EQ(Show("", tokens), "");
  EXPECT_EQ(Show("x", tokens), "x|");
  EXPECT_EQ(Show("<a><a>b<", tokens), "[1]|[2]|<|");
  EXPECT_EQ(Show("xb<a> <a>", tokens), "x|[3]|a> |[1]|");
}

TEST(AddedTokens, SwallowsSpaceWhereAsked) {
  const std::vector<AddedToken> tokens = {{"<l>", 1, true, false}, {"<r>", 2, false, true}};
  EXPECT_EQ(Show("a \u3000<l> b", tokens), "a|[1]| b|");
  EXPECT_EQ(Show("a <r>\t b", tokens), "a |[2]|b|");
  EXPECT_EQ(Show(" <r>  <l> ", tokens), " |[2]|[1]| |");
}

}  // namespace
}  // namespace musicgen::text
