#include "serve/http/multipart.h"

#include <gtest/gtest.h>

#include "serve/http/failure.h"

namespace musicgen::serve {
namespace {

constexpr char kType[] = "multipart/form-data; boundary=b";

std::string Field(const std::string& name, const std::string& value) {
  return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}

bool Refused(const std::string& body, const std::string& type = kType) {
  try {
    ParseMultipart(type, body);
    return false;
  } catch (const Refusal& refusal) {
    return refusal.failure().status == 400;
  }
}

TEST(Multipart, FieldsAndFiles) {
  const std::string body =
      Field("input", "techno") +
      "--b\r\ncontent-type: audio/wav\r\n"
      "content-disposition: form-data; filename=\"a \\\"b\\\".wav\"; name=melody"
      "\r\n\r\nRI\r\nFF--b\r\n--\r\n--b--\r\n";
  const std::vector<Part> parts = ParseMultipart(kType, body);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].name, "input");
  EXPECT_EQ(parts[0].data, "techno");
  EXPECT_EQ(parts[0].file_name, "");
  EXPECT_EQ(parts[1].name, "melody");
  EXPECT_EQ(parts[1].file_name, "a \"b\".wav");
  EXPECT_EQ(parts[1].content_type, "audio/wav");
  EXPECT_EQ(parts[1].data, "RI\r\nFF--b\r\n--");
  EXPECT_GE(parts[1].data.data(), body.data()) << "in the body";
}

TEST(Multipart, BackslashesOfOldPathsStay) {
  const auto parts = ParseMultipart(
      kType,
      "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"C:\\b.wav\"\r\n\r\n\r\n--b--");
  EXPECT_EQ(parts.at(0).file_name, "C:\\b.wav");
  EXPECT_EQ(parts.at(0).data, "");
}

TEST(Multipart, BoundariesMayBeQuoted) {
  const std::string body =
      "--a b'()\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--a b'()--";
  EXPECT_EQ(ParseMultipart("Multipart/Form-Data; charset=utf-8; boundary=\"a b'()\"", body).size(),
            1u);
}

TEST(Multipart, NoPartsAreAllowed) { EXPECT_TRUE(ParseMultipart(kType, "--b--\r\n").empty()); }

TEST(Multipart, TypesWithoutABoundaryAreRefused) {
  for (const char* type :
       {"", "text/plain; boundary=b", "multipart/form-data",
        "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=\"b", "multipart/form-data; boundary=b; boundary=c",
        "multipart/form-data; boundary=\xC3\xA4", "multipart/form-data; boundary=\"b \"",
        "multipart/form-data boundary=b", "multipart/form-data; boundary"}) {
    EXPECT_TRUE(Refused(Field("a", "1") + "--b--\r\n", type)) << type;
  }
  EXPECT_TRUE(Refused("", "multipart/form-data; boundary=" + std::string(71, 'b')));
}

TEST(Multipart, MalformedBodiesAreRefused) {
  const std::string head = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n";
  for (const std::string& body :
       {std::string(),
        std::string("--"),
        std::string("--b"),
        std::string("--b\r\n"),
        std::string("--b-"),
        "x" + Field("a", "1") + "--b--",
        Field("a", "1"),
        Field("a", "1") + "--b",
        Field("a", "1") + "--c--",
        Field("a", "1") + "--b--x",
        Field("a", "1") + "--b--\r\nx",
        Field("", "1") + "--b--",
        Field("a", "1") + Field("a", "2") + "--b--",
        head,
        head + "\r\n1\n--b--",
        "--b\n" + head.substr(5) + "\r\n1\r\n--b--",
        std::string("--b\r\n\r\n1\r\n--b--"),
        std::string("--b\r\nX: y\r\n\r\n1\r\n--b--"),
        head + "no colon\r\n\r\n1\r\n--b--",
        head + ": x\r\n\r\n1\r\n--b--",
        head + head.substr(5) + "\r\n1\r\n--b--",
        head + "Content-Transfer-Encoding: base64\r\n\r\nMQ==\r\n--b--",
        head + "X: a\x01z\r\n\r\n1\r\n--b--",
        head + "X: \xFF\r\n\r\n1\r\n--b--",
        std::string("--b\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--b--"),
        std::string("--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--b--"),
        std::string("--b\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n1\r\n--b--"),
        std::string("--b\r\nContent-Disposition: form-data; name\r\n\r\n1\r\n--b--"),
        std::string("--b\r\nContent-Disposition: form-data; name=\"a\"b\r\n\r\n1\r\n--b--")}) {
    EXPECT_TRUE(Refused(body)) << body;
  }
}

TEST(Multipart, PartsAndTheirHeadsAreBounded) {
  std::string body;
  for (int i = 0; i < 64; ++i) body += Field(std::to_string(i), "");
  EXPECT_EQ(ParseMultipart(kType, body + "--b--").size(), 64u);
  EXPECT_TRUE(Refused(body + Field("64", "") + "--b--"));
  EXPECT_TRUE(Refused("--b\r\nX: " + std::string(4096, 'x') + "\r\n\r\n\r\n--b--"));
  std::string many = "--b\r\n";
  for (int i = 0; i < 1000; ++i) many += "X: y\r\n";
  EXPECT_TRUE(Refused(many + "Content-Disposition: form-data; name=a\r\n\r\n\r\n--b--"));
}

}  // namespace
}  // namespace musicgen::serve
