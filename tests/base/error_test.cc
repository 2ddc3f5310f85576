#include "base/error.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/check.h"

namespace musicgen {
namespace {

TEST(ErrorTest, CarriesItsCodeAndSentence) {
  try {
    ThrowBadInput("file ", "a.wav", ": expected ", 4, " channels or fewer, found ", 9);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_STREQ(error.what(), "file a.wav: expected 4 channels or fewer, found 9");
  }
  try {
    ThrowFailure("disk full");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kFailure);
  }
}

TEST(ErrorTest, HostileTextStaysOnOneShortLine) {
  EXPECT_EQ(Printable("a\nb\x1b[31m\x7f"), "a?b?[31m?");
  EXPECT_EQ(Printable("abcdef", 3), "abc...");
  EXPECT_EQ(Printable("abc", 3), "abc");
  EXPECT_EQ(Printable(std::string_view("\0x", 2)), "?x");
  EXPECT_EQ(Printable("Caf\xc3\xa9 \xe2\x99\xab \xf0\x9f\x8e\xb5"),
            "Caf\xc3\xa9 \xe2\x99\xab \xf0\x9f\x8e\xb5");
  EXPECT_EQ(Printable("PK\xb0\xff\xc3-\xc0\x80\xe2\x99"), "PK??\?-????");
  EXPECT_EQ(Printable("caf\xc3\xa9s", 4), "caf...");  // no half of a letter
}

TEST(CheckDeathTest, PrintsBothValues) {
  EXPECT_DEATH(MG_CHECK_LE(3, 2), "3 <= 2 \\(3 against 2\\)");
  EXPECT_DEATH(MG_CHECK(1 == 2), "1 == 2");
}

TEST(ErrorTest, ListsTheFirstNames) {
  const std::vector<std::string> names = {"a", "b\n", "c", "d"};
  EXPECT_EQ(Listed({}, 3), "nothing at all");
  EXPECT_EQ(Listed(names, 4), "a, b?, c, d");
  EXPECT_EQ(Listed(names, 2), "a, b? and 2 more");
}

}  // namespace
}  // namespace musicgen
