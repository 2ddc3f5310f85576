#include "serve/http/target.h"

#include <gmock/gmock.h>

#include "serve/http/failure.h"
#include "serve/http/percent_decode.h"

namespace musicgen::serve {
namespace {

using testing::ElementsAre;

bool Refused(const std::string& target) {
  try {
    ParseTarget(target);
    return false;
  } catch (const Refusal& refusal) {
    return refusal.failure().status == 400;
  }
}

TEST(PercentDecode, DecodesBothCases) {
  EXPECT_EQ(PercentDecode("a%2fb%2F%41"), "a/b/A");
  EXPECT_EQ(PercentDecode(""), "");
}

TEST(PercentDecode, ABareSignIsNone) {
  for (const char* text : {"%", "%4", "%zz", "a%", "%%41", "%4g"}) {
    EXPECT_EQ(PercentDecode(text), std::nullopt) << text;
  }
}

TEST(IsUtf8, ShortestFormsOfCodePointsAlone) {
  for (const char* text : {"", "abc", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x8E\xB5",
                           "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
  for (const char* text :
       {"\x80", "\xC0\xAF", "\xC1\x81", "\xE0\x80\x80", "\xED\xA0\x80", "\xC3", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xF0\x80\x80\x80", "\xE2\x82"}) {
    EXPECT_FALSE(IsUtf8(text)) << text;
  }
}

TEST(ParseTarget, PathAndQueryAreDecoded) {
  const Target target = ParseTarget("/v1/jobs/a%20b/%C3%A4?x=1%262&y=a+b&z&=w&&x=3");
  EXPECT_EQ(target.path, "/v1/jobs/a b/\xC3\xA4");
  EXPECT_THAT(target.segments, ElementsAre("v1", "jobs", "a b", "\xC3\xA4"));
  EXPECT_EQ(target.query.at("x"), "3");
  EXPECT_EQ(target.query.at("y"), "a b");
  EXPECT_EQ(target.query.at("z"), "");
  EXPECT_EQ(target.query.at(""), "w");
}

TEST(ParseTarget, SlashesInARowAreOne) {
  EXPECT_EQ(ParseTarget("//v1///models").path, "/v1/models");
  EXPECT_EQ(ParseTarget("/").path, "/");
  EXPECT_THAT(ParseTarget("/").segments, ElementsAre(""));
  EXPECT_EQ(ParseTarget("/v1/").path, "/v1/");
  EXPECT_EQ(ParseTarget("//").path, "/");
}

TEST(ParseTarget, AQuestionMarkBelongsToTheQuery) {
  EXPECT_EQ(ParseTarget("/a?b?c=d/../e").path, "/a");
  EXPECT_EQ(ParseTarget("/a?b?c=d/../e").query.at("b?c"), "d/../e");
}

TEST(ParseTarget, PathsThatLeadElsewhereAreRefused) {
  for (const char* target : {"",
                             "*",
                             "health",
                             "http://localhost/health",
                             "//localhost/../x",
                             "/..",
                             "/.",
                             "/a/../b",
                             "/a/./b",
                             "/%2e%2e/etc/passwd",
                             "/%2E./x",
                             "/.%2e/",
                             "/..%2f",
                             "/a%2fb",
                             "/a%2Fb",
                             "/a%5cb",
                             "/a\\b",
                             "/a%00",
                             "/%00",
                             "/a%0a",
                             "/a%7f",
                             "/a#b",
                             "/a%c0%ae%c0%ae/",
                             "/a%ff",
                             "/%",
                             "/a%2",
                             "/?a=%zz",
                             "/?a=%ff"}) {
    EXPECT_TRUE(Refused(target)) << target;
  }
}

TEST(ParseTarget, NoMoreThanAHundredParameters) {
  std::string query = "/?";
  for (int i = 0; i < 100; ++i) query += "a" + std::to_string(i) + "=1&";
  EXPECT_EQ(ParseTarget(query).query.size(), 100u);
  EXPECT_TRUE(Refused(query + "b=1"));
}

TEST(ParseTarget, DotsWithinNamesAreNames) {
  EXPECT_EQ(ParseTarget("/a.b/..c/d..").path, "/a.b/..c/d..");
}

}  // namespace
}  // namespace musicgen::serve
