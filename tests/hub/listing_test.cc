#include "hub/listing.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace musicgen::hub {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kSha1[] = "0123456789abcdef0123456789abcdef01234567";

std::string Entry(const std::string& path, const std::string& rest) {
  return StrCat(R"({"type": "file", "path": ")", path, R"(", )", rest, "}");
}

std::string Refused(const std::string& json) {
  Listing listing;
  try {
    AddPage(json, "here", &listing);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    return error.what();
  }
  return "accepted";
}

TEST(ListingTest, SmallAndLargeFiles) {
  const std::string sha256 = std::string(64, 'a');
  Listing listing;
  AddPage(StrCat("[", Entry("b", StrCat(R"("size": 5, "oid": ")", kSha1, "\"")), ", ",
                 R"({"type": "directory", "path": "d", "oid": "x"}, )",
                 Entry("a", StrCat(R"("size": 135, "oid": ")", kSha1, R"(", "lfs": {"oid": ")",
                                   sha256, R"(", "size": 7000000000})")),
                 "]"),
          "here", &listing);
  ASSERT_THAT(listing, SizeIs(2));
  EXPECT_EQ(listing[0].path, "a");
  EXPECT_EQ(listing[0].bytes, 7000000000u);
  EXPECT_EQ(listing[0].etag, sha256);
  EXPECT_TRUE(listing[0].is_large);
  EXPECT_EQ(FindFile(listing, "b")->etag, kSha1);
  EXPECT_EQ(FindFile(listing, "c"), nullptr);
}

TEST(ListingTest, PathsThatLeadOutAreLeftOut) {
  for (const std::string path :
       {"../x", "/x", "a/../b", "a//b", "a/", "", ".", R"(a\\b)", R"(a\u0001)", R"(a\nb)"}) {
    Listing listing;
    AddPage(StrCat("[", Entry(path, StrCat(R"("size": 5, "oid": ")", kSha1, "\"")), "]"), "here",
            &listing);
    EXPECT_THAT(listing, SizeIs(0)) << path;
  }
}

TEST(ListingTest, WhatIsNoListing) {
  EXPECT_THAT(Refused("{}"), HasSubstr("here: expected a list of files, found an object"));
  EXPECT_THAT(Refused("<html>"), HasSubstr("here"));
  EXPECT_THAT(Refused(StrCat("[", Entry("a", R"("size": 5, "oid": "../x")"), "]")),
              HasSubstr("here: a: oid: expected 40 hexadecimal digits, found ../x"));
  EXPECT_THAT(Refused(StrCat("[", Entry("a", StrCat(R"("size": -1, "oid": ")", kSha1, "\"")), "]")),
              HasSubstr("here: a: size: expected a number of bytes, found -1"));
  EXPECT_THAT(Refused(StrCat("[", Entry("a", StrCat(R"("oid": ")", kSha1, "\"")), "]")),
              HasSubstr("found nothing"));
}

TEST(ListingTest, Commits) {
  EXPECT_EQ(ParseCommit(StrCat(R"({"id": "a/b", "sha": ")", kSha1, "\"}"), "here"), kSha1);
  for (const std::string json : {R"({"sha": "main"})", R"({"sha": 5})", "[]", "{}"}) {
    EXPECT_THROW(ParseCommit(json, "here"), Error) << json;
  }
}

TEST(ListingTest, LicencesOfModelCards) {
  EXPECT_EQ(LicenceOf("---\nlanguage: en\nlicense: cc-by-nc-4.0\n---\n# x"), "cc-by-nc-4.0");
  EXPECT_EQ(LicenceOf("---\r\nlicense: \"mit\"\r\n---\r\n"), "mit");
  EXPECT_EQ(LicenceOf("---\nlanguage: en\n---\nlicense: mit\n"), "");
  EXPECT_EQ(LicenceOf("# x\nlicense: mit\n"), "");
  EXPECT_EQ(LicenceOf("---\nlicense:\n---\n"), "");
  EXPECT_EQ(LicenceOf(""), "");
}

}  // namespace
}  // namespace musicgen::hub
