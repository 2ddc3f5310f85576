#include "hub/url.h"

#include <gtest/gtest.h>

namespace musicgen::hub {
namespace {

TEST(UrlTest, ThereAndBack) {
  for (const char* text : {"https://huggingface.co/", "http://127.0.0.1:8000/a?b=c",
                           "https://h.co/%20x?y=/z", "http://[::1]:80000/"}) {
    const auto url = ParseUrl(text);
    if (std::string(text).find("80000") != std::string::npos) {
      EXPECT_FALSE(url) << text;
      continue;
    }
    ASSERT_TRUE(url) << text;
    EXPECT_EQ(url->Text(), text);
  }
  EXPECT_EQ(ParseUrl("https://HF.co:443?x#y")->Text(), "https://hf.co/?x");
  EXPECT_EQ(ParseUrl("http://[::1]:80/")->Text(), "http://[::1]/");
}

TEST(UrlTest, WhatIsNotFollowed) {
  for (const char* text : {"", "ftp://a/", "file:///etc/passwd", "https://", "https://user@host/",
                           "https://user:pass@host/", "https://a b/", "https://a/\x01",
                           "https://a:0/", "https://a:x/", "https://\xc3\xa9/", "javascript:1"}) {
    EXPECT_FALSE(ParseUrl(text)) << text;
  }
}

TEST(UrlTest, Locations) {
  const Url from = *ParseUrl("https://huggingface.co/a/b/resolve/main/x?download=true");
  EXPECT_EQ(FollowLocation(from, "/c/d?e")->Text(), "https://huggingface.co/c/d?e");
  EXPECT_EQ(FollowLocation(from, "//cdn.co/x")->Text(), "https://cdn.co/x");
  EXPECT_EQ(FollowLocation(from, "http://cdn.co/x")->Text(), "http://cdn.co/x");
  EXPECT_FALSE(FollowLocation(from, ""));
  EXPECT_FALSE(FollowLocation(from, "x/y"));
}

TEST(UrlTest, Origins) {
  const auto same = [](const char* a, const char* b) {
    return SameOrigin(*ParseUrl(a), *ParseUrl(b));
  };
  EXPECT_TRUE(same("https://a/", "https://A:443/x"));
  EXPECT_FALSE(same("https://a/", "http://a/"));
  EXPECT_FALSE(same("https://a/", "https://a:8443/"));
  EXPECT_FALSE(same("https://a/", "https://b.a/"));
}

TEST(UrlTest, Encoding) {
  EXPECT_EQ(PercentEncode("refs/pr/1"), "refs%2Fpr%2F1");
  EXPECT_EQ(PercentEncodePath("a b/c#?%.bin"), "a%20b/c%23%3F%25.bin");
}

}  // namespace
}  // namespace musicgen::hub
