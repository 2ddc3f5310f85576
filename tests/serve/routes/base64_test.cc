#include "serve/routes/base64.h"

#include <gtest/gtest.h>

namespace musicgen::serve {
namespace {

TEST(Base64, EncodesAsRfc4648Does) {
  EXPECT_EQ(EncodeBase64(""), "");
  EXPECT_EQ(EncodeBase64("f"), "Zg==");
  EXPECT_EQ(EncodeBase64("fo"), "Zm8=");
  EXPECT_EQ(EncodeBase64("foo"), "Zm9v");
  EXPECT_EQ(EncodeBase64("foob"), "Zm9vYg==");
  EXPECT_EQ(EncodeBase64("foobar"), "Zm9vYmFy");
}

TEST(Base64, DecodesWhatItEncodes) {
  std::string bytes;
  for (int i = 0; i < 700; ++i) {
    EXPECT_EQ(DecodeBase64(EncodeBase64(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
}

TEST(Base64, TakesSpacesMissingPaddingAndTheFormForUrls) {
  EXPECT_EQ(DecodeBase64("Zm9v\r\nYmFy\n"), "foobar");
  EXPECT_EQ(DecodeBase64("Zg"), "f");
  EXPECT_EQ(DecodeBase64("-_8"), DecodeBase64("+/8="));
}

TEST(Base64, RefusesOtherText) {
  for (const char* text :
       {"Z", "Zm9vY", "Zm9*", "Zg==Zg", "data:", "Zm9v*", "Zm9v\v", "\xff\xff\xff\xff"}) {
    EXPECT_FALSE(DecodeBase64(text)) << text;
  }
}

TEST(DataUri, GivesTheBytes) {
  EXPECT_EQ(DecodeDataUri("data:audio/wav;base64,Zm9v"), "foo");
  EXPECT_EQ(DecodeDataUri("data:;base64,"), "");
}

TEST(DataUri, RefusesEverythingElse) {
  for (const char* uri : {"", "http://127.0.0.1/x.wav", "file:///etc/passwd", "data:audio/wav,abc",
                          "data:audio/wav;base64", "DATA:;base64,Zm9v", "data:;base64,*"}) {
    EXPECT_FALSE(DecodeDataUri(uri)) << uri;
  }
}

}  // namespace
}  // namespace musicgen::serve
