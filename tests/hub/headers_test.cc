#include "hub/headers.h"

#include <gtest/gtest.h>

namespace musicgen::hub {
namespace {

Headers Of(const std::vector<std::string>& lines) {
  Headers headers;
  for (const std::string& line : lines) headers.Add(line);
  return headers;
}

TEST(HeadersTest, NamesInAnyCase) {
  const Headers headers = Of({"HTTP/1.1 302 Found\r\n", "X-Linked-Size: 5\r\n", "link: <a>; x=1",
                              "Link:<b>; rel=\"next\"", "", "x-linked-size:  7 \r\n"});
  EXPECT_EQ(headers.Get("x-LINKED-size"), "7");
  EXPECT_EQ(headers.Get("Location"), "");
  EXPECT_EQ(headers.GetAll("Link"), "<a>; x=1, <b>; rel=\"next\"");
}

TEST(HeadersTest, Etags) {
  EXPECT_EQ(ParseEtag("\"abc\""), "abc");
  EXPECT_EQ(ParseEtag("W/\"abc\""), "abc");
  EXPECT_EQ(ParseEtag("abc"), "abc");
}

TEST(HeadersTest, ContentRanges) {
  const auto range = ParseContentRange("bytes 5-9/10");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->first, 5u);
  EXPECT_EQ(range->last, 9u);
  EXPECT_EQ(range->total, 10u);
  for (const char* odd : {"", "bytes 5-9", "bytes 9-5/10", "bytes 5-10/10", "bytes */10",
                          "bytes 5-9/*", "items 5-9/10", "bytes -5-9/10", "bytes 5-9/10x"}) {
    EXPECT_FALSE(ParseContentRange(odd)) << odd;
  }
}

TEST(HeadersTest, NextPages) {
  EXPECT_EQ(ParseNextLink("<https://h/a?cursor=x,y>; rel=\"next\""), "https://h/a?cursor=x,y");
  EXPECT_EQ(ParseNextLink("<https://h/auth>; rel=\"xet-auth\", <https://h/2>; rel=\"next\""),
            "https://h/2");
  EXPECT_EQ(ParseNextLink("<https://h/auth>; rel=\"prev\""), "");
  EXPECT_EQ(ParseNextLink("<https://h"), "");
  EXPECT_EQ(ParseNextLink(""), "");
}

TEST(HeadersTest, SecondsToWait) {
  EXPECT_EQ(SecondsToWait(Of({"RateLimit: \"resolvers\";r=0;t=55"})), 56);
  EXPECT_EQ(SecondsToWait(Of({"RateLimit: \"api\"; r=0; t=3", "Retry-After: 9"})), 4);
  // They come with every answer: what remains says whether they are the reason.
  EXPECT_EQ(SecondsToWait(Of({"RateLimit: \"api\";r=10;t=55", "Retry-After: 9"})), 9);
  EXPECT_EQ(SecondsToWait(Of({"Retry-After: Wed, 21 Oct 2026 07:28:00 GMT"})), std::nullopt);
  EXPECT_EQ(SecondsToWait(Of({"Retry-After: -3"})), std::nullopt);
  EXPECT_EQ(SecondsToWait(Of({"RateLimit: \"api\";r=0;t=99999999999999999999"})), std::nullopt);
}

TEST(HeadersTest, RequestIds) {
  EXPECT_EQ(RequestId(Of({"X-Amzn-Trace-Id: Root=1"})), " (request Root=1)");
  EXPECT_EQ(RequestId(Of({"X-Request-Id: a\x1b[m"})), " (request a?[m)");
  EXPECT_EQ(RequestId({}), "");
}

}  // namespace
}  // namespace musicgen::hub
