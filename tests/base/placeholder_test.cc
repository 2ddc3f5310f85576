#include "base/placeholder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace musicgen {
namespace {

using ::testing::HasSubstr;

std::string Complaint(void (*refuse)(std::string_view, const std::string&),
                      std::string_view bytes) {
  try {
    refuse(bytes, "a/file");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_THAT(error.what(), HasSubstr("a/file: expected the file itself, found "));
    return error.what();
  }
  return "";
}

TEST(PlaceholderTest, PointersAndPagesAreNamed) {
  for (const auto refuse : {RefusePlaceholder, RefuseText}) {
    EXPECT_THAT(Complaint(refuse, "version https://git-lfs.github.com/spec/v1\noid sha256:0"),
                HasSubstr("Git LFS pointer"));
    EXPECT_THAT(Complaint(refuse, "\xef\xbb\xbfversion https://hawser.github.com/spec/v1\r\n"),
                HasSubstr("Git LFS pointer"));
    EXPECT_THAT(Complaint(refuse, "<!DOCTYPE HTML PUBLIC>"), HasSubstr("web page"));
    EXPECT_THAT(Complaint(refuse, "\n\n  <html lang=\"en\">"), HasSubstr("web page"));
    EXPECT_THAT(Complaint(refuse, "<?xml version=\"1.0\"?><Error>"), HasSubstr("web page"));
  }
}

TEST(PlaceholderTest, OtherTextIsRefusedOnlyWhereNoneIsExpected) {
  for (const char* text : {"Entry not found\nsecond line", "x"}) {
    EXPECT_EQ(Complaint(RefusePlaceholder, text), "");
    EXPECT_THAT(Complaint(RefuseText, text), HasSubstr("found the text \""));
  }
  EXPECT_THAT(Complaint(RefuseText, "Entry not found\nsecond"), HasSubstr("\"Entry not found\""));
}

TEST(PlaceholderTest, FilesAreLeftAlone) {
  const std::string binary("PK\x03\x04\0\0", 6);
  for (const std::string& bytes : {std::string(), binary, std::string("\n\x0e\n\x05<unk>"),
                                   std::string("{\"weight_map\": {}}")}) {
    EXPECT_EQ(Complaint(RefusePlaceholder, bytes), "");
    EXPECT_EQ(Complaint(RefuseText, bytes), "");
  }
}

}  // namespace
}  // namespace musicgen
