#include "checkpoint/codes_file.h"

#include <cstring>

#include "checkpoint/hostile.h"

namespace musicgen::checkpoint {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

template <class T>
std::string Bytes(const std::vector<T>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

// A codes file of these values; `metadata` is JSON with a comma behind it, or nothing.
template <class T>
std::string CodesFile(const std::string& dtype, const std::string& shape,
                      const std::vector<T>& values, const std::string& metadata = "") {
  const std::string payload = Bytes(values);
  return Container(StrCat("{", metadata, R"("codes":{"dtype":")", dtype, R"(","shape":)", shape,
                          R"(,"data_offsets":[0,)", payload.size(), "]}}"),
                   payload);
}

std::string ParseError(const std::string& bytes) {
  return ErrorOf([&] { ParseCodes(bytes, "c.safetensors", nullptr); });
}

std::string MetadataError(const std::string& metadata) {
  return ParseError(
      CodesFile<int64_t>("I64", "[1,1,1]", {0}, R"("__metadata__":{)" + metadata + "},"));
}

TEST(CodesFileTest, ReadsBackWhatItWrote) {
  const TemporaryFolder folder;
  std::vector<Codes> samples(2, Codes(4, 3));
  for (size_t i = 0; i < 12; ++i) {
    samples[0].values[i] = static_cast<int32_t>(i);
    samples[1].values[i] = static_cast<int32_t>(2047 - i);
  }
  WriteCodesFile(folder.Path("c"), samples, {50, 32000, 2048});
  CodesInfo info;
  const std::vector<Codes> read = ReadCodesFile(folder.Path("c"), &info);
  ASSERT_EQ(read.size(), 2u);
  for (size_t b = 0; b < 2; ++b) {
    EXPECT_EQ(read[b].codebooks, 4);
    EXPECT_EQ(read[b].frames, 3);
    EXPECT_EQ(read[b].values, samples[b].values);
  }
  EXPECT_EQ(info.frame_rate, 50);
  EXPECT_EQ(info.sample_rate, 32000);
  EXPECT_EQ(info.codebook_size, 2048);
}

TEST(CodesFileTest, WritesDecimalStringsAndI64) {
  const TemporaryFolder folder;
  WriteCodesFile(folder.Path("c"), std::vector<Codes>{Codes(1, 2)}, {50, 32000, 2048});
  EXPECT_THAT(folder.Read("c"),
              HasSubstr(R"({"__metadata__":{"codebook_size":"2048","frame_rate":"50",)"
                        R"("sample_rate":"32000"},"codes":{"dtype":"I64","shape":[1,1,2],)"));
  WriteCodesFile(folder.Path("c"), std::vector<Codes>{Codes(1, 2)}, {});
  EXPECT_THAT(folder.Read("c"), HasSubstr(R"({"codes":{"dtype":"I64","shape":[1,1,2],)"));
}

TEST(CodesFileTest, ReadsWhatOtherToolsWrite) {
  const auto values = [](const std::string& bytes) {
    const std::vector<Codes> samples = ParseCodes(bytes, "c", nullptr);
    EXPECT_EQ(samples.size(), 1u);
    EXPECT_EQ(samples[0].codebooks, 2);
    EXPECT_EQ(samples[0].frames, 2);
    return samples[0].values;
  };
  EXPECT_THAT(values(CodesFile<int32_t>("I32", "[1,2,2]", {1, 2, 3, 65535})),
              ElementsAre(1, 2, 3, 65535));
  EXPECT_THAT(values(CodesFile<int16_t>("I16", "[2,2]", {1, 2, 3, 32767})),
              ElementsAre(1, 2, 3, 32767));
  EXPECT_THAT(values(CodesFile<int64_t>("I64", "[2,2]", {1, 2, 3, 4})), ElementsAre(1, 2, 3, 4));
  // Beside another tensor, in front of it in the header and behind it in the data, unaligned.
  EXPECT_THAT(values(Container(R"({"codes":{"dtype":"I32","shape":[2,2],"data_offsets":[1,17]},)"
                               R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                               "x" + Bytes<int32_t>({5, 6, 7, 8}))),
              ElementsAre(5, 6, 7, 8));
}

TEST(CodesFileTest, MetadataIsOptional) {
  CodesInfo info = {1, 2, 3};
  ParseCodes(CodesFile<int64_t>("I64", "[1,1,1]", {60000}), "c", &info);
  EXPECT_EQ(info.frame_rate, 0);
  EXPECT_EQ(info.sample_rate, 0);
  EXPECT_EQ(info.codebook_size, 0);
  ParseCodes(CodesFile<int64_t>("I64", "[1,1,1]", {0},
                                R"("__metadata__":{"frame_rate":"49.5","other":"thing"},)"),
             "c", &info);
  EXPECT_EQ(info.frame_rate, 49.5);
}

TEST(CodesFileTest, CodesAreWithinTheCodebook) {
  const std::string metadata = R"("__metadata__":{"codebook_size":"2048"},)";
  EXPECT_EQ(ParseError(CodesFile<int64_t>("I64", "[1,2,2]", {0, 1, 2047, 2048}, metadata)),
            "c.safetensors: codes[0, 1, 1]: expected a code in [0, 2048), found 2048");
  EXPECT_EQ(ParseError(CodesFile<int16_t>("I16", "[2,1,1]", {0, -1}, metadata)),
            "c.safetensors: codes[1, 0, 0]: expected a code in [0, 2048), found -1");
  EXPECT_EQ(ParseError(CodesFile<int64_t>("I64", "[1,1]", {65536})),
            "c.safetensors: codes[0, 0, 0]: expected a code in [0, 65536), found 65536");
  EXPECT_THAT(ParseError(CodesFile<int64_t>("I64", "[1,1]", {INT64_MIN})),
              HasSubstr("found -9223372036854775808"));
}

TEST(CodesFileTest, RefusesOtherShapesAndTypes) {
  const std::string expected =
      "c.safetensors: expected codes of shape [B, K, T] with 1 to 4096 samples, 1 to 64 codebooks "
      "and 1 to 10000000 frames, found ";
  EXPECT_EQ(ParseError(CodesFile<int16_t>("I16", "[4]", {1, 2, 3, 4})), expected + "[4]");
  EXPECT_EQ(ParseError(CodesFile<int16_t>("I16", "[]", {1})), expected + "[]");
  EXPECT_EQ(ParseError(CodesFile<int16_t>("I16", "[1,1,1,1]", {1})), expected + "[1, 1, 1, 1]");
  EXPECT_EQ(ParseError(CodesFile<int16_t>("I16", "[1,0,4]", {})), expected + "[1, 0, 4]");
  EXPECT_EQ(ParseError(CodesFile<int16_t>("I16", "[0,4,4]", {})), expected + "[0, 4, 4]");
  EXPECT_EQ(ParseError(CodesFile<int16_t>("I16", "[4,0]", {})), expected + "[4, 0]");
  EXPECT_EQ(ParseError(CodesFile<int16_t>("I16", "[4097,1,1]", std::vector<int16_t>(4097))),
            expected + "[4097, 1, 1]");
  EXPECT_EQ(ParseError(CodesFile<int16_t>("I16", "[1,65,1]", std::vector<int16_t>(65))),
            expected + "[1, 65, 1]");
  EXPECT_EQ(ParseError(CodesFile<int16_t>("I16", "[1,10000001]", std::vector<int16_t>(10000001))),
            expected + "[1, 10000001]");
  EXPECT_EQ(ParseError(CodesFile<float>("F32", "[1,1,1]", {1})),
            "c.safetensors: expected codes of type I64, I32 or I16, found F32");
  EXPECT_EQ(ParseError(Container("{}")),
            "c.safetensors: expected a tensor codes, found none of this name");
  EXPECT_THAT(ParseError("RIFF"), HasSubstr("at least 8 bytes, found 4"));
}

TEST(CodesFileTest, RefusesMetadataThatIsNoNumber) {
  EXPECT_EQ(MetadataError(R"("codebook_size":"many")"),
            "c.safetensors: __metadata__ codebook_size: expected a number above 0 and at most "
            "65536, found \"many\"");
  for (const char* text : {"", "0", "-1", "65537", "99999999999999999999", "2048 ", " 2048", "0x10",
                           "2048.0", "\\n"}) {
    EXPECT_THAT(MetadataError(StrCat(R"("codebook_size":")", text, "\"")),
                StartsWith("c.safetensors: __metadata__ codebook_size: "))
        << text;
  }
  for (const char* text : {"nan", "inf", "0", "-50", "1e99", "fifty", ""}) {
    EXPECT_THAT(MetadataError(StrCat(R"("frame_rate":")", text, "\"")),
                StartsWith("c.safetensors: __metadata__ frame_rate: "))
        << text;
  }
  EXPECT_THAT(MetadataError(R"("sample_rate":"44.1k")"), HasSubstr("sample_rate"));
}

}  // namespace
}  // namespace musicgen::checkpoint
