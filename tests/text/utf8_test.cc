#include "text/utf8.h"

#include <gtest/gtest.h>

namespace musicgen::text {
namespace {

using namespace std::string_literals;

TEST(Utf8, KeepsWhatIsValid) {
  const std::string text = "a\0é\u3042\U0001f3b5\U0010ffff"s;
  EXPECT_EQ(ReplaceInvalidUtf8(text), text);
}

// The longest valid beginning of a sequence becomes one replacement, as in Python.
TEST(Utf8, ReplacesWhatIsNot) {
  const std::string r = "\ufffd";
  EXPECT_EQ(ReplaceInvalidUtf8("a\xffz"), "a" + r + "z");
  EXPECT_EQ(ReplaceInvalidUtf8("\x80\xbf"), r + r);
  EXPECT_EQ(ReplaceInvalidUtf8("\xc0\xaf"), r + r);          // overlong
  EXPECT_EQ(ReplaceInvalidUtf8("\xe3\x81z"), r + "z");       // cut short
  EXPECT_EQ(ReplaceInvalidUtf8("\xf0\x9f\x8e"), r);          // cut off
  EXPECT_EQ(ReplaceInvalidUtf8("\xed\xa0\x80"), r + r + r);  // a surrogate
  EXPECT_EQ(ReplaceInvalidUtf8("\xf4\x90\x80\x80"), r + r + r + r);
}

TEST(Utf8, DecodesEveryLength) {
  const std::string text = "a\u00e9\u3042\U0001f3b5";
  EXPECT_EQ(CodePointAt(text, 0).value, 0x61u);
  EXPECT_EQ(CodePointAt(text, 1).value, 0xe9u);
  EXPECT_EQ(CodePointAt(text, 3).value, 0x3042u);
  EXPECT_EQ(CodePointAt(text, 6).value, 0x1f3b5u);
  EXPECT_EQ(CodePointAt(text, 6).bytes, 4u);
}

}  // namespace
}  // namespace musicgen::text
