// The header of src/checkpoint/safetensors.h against files that lie.
#include "checkpoint/hostile.h"
#include "checkpoint/safetensors.h"

namespace musicgen::checkpoint {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

SafetensorsHeader Parse(const std::string& bytes) {
  return ParseSafetensorsHeader(bytes, bytes.size(), "m.safetensors");
}

std::string ParseError(const std::string& bytes) {
  return ErrorOf([&] { Parse(bytes); });
}

// The complaint about {"w": <entry>} in front of eight bytes of data.
std::string EntryError(const std::string& entry) {
  return ParseError(Container("{\"w\":" + entry + "}", "12345678"));
}

std::string TwoTensors(const char* a, const char* b) {
  return StrCat(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)", a,
                R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)", b, "}}");
}

TEST(SafetensorsHeaderTest, ReadsTensorsInTheOrderOfTheirData) {
  const std::string json =
      R"({"a":{"dtype":"F32","shape":[1,2],"data_offsets":[2,10]},"__metadata__":{"k":"v"},)"
      R"("b":{"dtype":"BF16","shape":[],"data_offsets":[0,2],"more":[{}]},)"
      R"("z":{"dtype":"I64","shape":[0,5],"data_offsets":[2,2]}}   )";
  const SafetensorsHeader header = Parse(Container(json, "0123456789"));
  ASSERT_EQ(header.tensors.size(), 3u);
  EXPECT_EQ(header.tensors[0].name, "b");
  EXPECT_EQ(header.tensors[0].dtype, DType::kBF16);
  EXPECT_EQ(header.tensors[0].shape, Shape());
  EXPECT_EQ(header.tensors[1].name, "z");
  EXPECT_EQ(header.tensors[1].shape, Shape({0, 5}));
  EXPECT_EQ(header.tensors[2].name, "a");
  EXPECT_EQ(header.tensors[2].shape, Shape({1, 2}));
  EXPECT_EQ(header.offsets[0], 8 + json.size());
  EXPECT_EQ(header.offsets[2], 8 + json.size() + 2);
  EXPECT_EQ(header.metadata.at("k"), "v");
}

TEST(SafetensorsHeaderTest, ReadsEveryKnownType) {
  for (DType dtype : {DType::kF64, DType::kF32, DType::kF16, DType::kBF16, DType::kI64, DType::kI32,
                      DType::kI16, DType::kI8, DType::kU8, DType::kBool}) {
    const size_t bytes = 3 * DTypeBytes(dtype);
    const std::string json = StrCat(R"({"w":{"dtype":")", DTypeName(dtype),
                                    R"(","shape":[3],"data_offsets":[0,)", bytes, "]}}");
    const SafetensorsHeader header = Parse(Container(json, std::string(bytes, 'x')));
    EXPECT_EQ(header.tensors[0].dtype, dtype);
  }
}

TEST(SafetensorsHeaderTest, AFileMayHoldNoTensor) {
  EXPECT_TRUE(Parse(Container("{}")).tensors.empty());
  EXPECT_TRUE(Parse(Container(R"({"__metadata__":null})")).metadata.empty());
}

TEST(SafetensorsHeaderTest, EveryTruncationIsAnError) {
  const std::string whole =
      Container(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "12345678");
  EXPECT_EQ(ParseError(whole), "");
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(ParseError(whole.substr(0, size)), StartsWith("m.safetensors: ")) << size;
  }
  EXPECT_EQ(ParseError(whole + "x"), "m.safetensors: expected 8 bytes of tensor data, found 9");
}

TEST(SafetensorsHeaderTest, RefusesLyingLengths) {
  EXPECT_EQ(ParseError("1234567"),
            "m.safetensors: expected a safetensors file of at least 8 bytes, found 7");
  EXPECT_EQ(ParseError(std::string("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10)),
            "m.safetensors: expected a safetensors header of at most 2 bytes, found "
            "18446744073709551615");
  EXPECT_THAT(ParseError(std::string("\xf8\xff\xff\xff\xff\xff\xff\xff{}", 10)),
              HasSubstr("at most 2 bytes"));
  EXPECT_THAT(ParseError(std::string("\x03\0\0\0\0\0\0\0{}", 10)), HasSubstr("at most 2 bytes"));
  EXPECT_THAT(ParseError(std::string(8, '\0')), HasSubstr("safetensors header: not valid JSON"));
  // A file may be large enough for a header that is longer than any honest one.
  EXPECT_THAT(ErrorOf([] {
                const std::string head(8, '\x7f');
                ParseSafetensorsHeader(head, uint64_t{1} << 63, "m.safetensors");
              }),
              HasSubstr("header of at most 0 bytes"));
}

TEST(SafetensorsHeaderTest, RefusesHeadersThatAreNotObjects) {
  EXPECT_EQ(ParseError(Container("[]")),
            "m.safetensors: expected an object as safetensors header, found a list");
  EXPECT_THAT(ParseError(Container("{\"w\":")),
              StartsWith("m.safetensors: safetensors header: not valid JSON at line 1"));
  EXPECT_THAT(ParseError(Container(std::string(200'000, '['))), HasSubstr("64 levels deep"));
}

TEST(SafetensorsHeaderTest, RefusesEntriesOfWrongTypes) {
  EXPECT_EQ(EntryError("null"), "m.safetensors: tensor w: expected an object, found null");
  EXPECT_EQ(EntryError("{}"), "m.safetensors: tensor w has no dtype");
  EXPECT_EQ(EntryError(R"({"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]})"),
            "m.safetensors: tensor w: expected a dtype of F64, F32, F16, BF16, I64, I32, I16, I8, "
            "U8, BOOL, found \"F8_E4M3\"");
  EXPECT_THAT(EntryError(R"({"dtype":7,"shape":[8],"data_offsets":[0,8]})"), HasSubstr("found 7"));
  EXPECT_EQ(EntryError(R"({"dtype":"U8","data_offsets":[0,8]})"),
            "m.safetensors: tensor w has no shape");
  EXPECT_EQ(EntryError(R"({"dtype":"U8","shape":"8","data_offsets":[0,8]})"),
            "m.safetensors: tensor w: expected a list as shape, found \"8\"");
  EXPECT_EQ(EntryError(R"({"dtype":"U8","shape":[-8],"data_offsets":[0,8]})"),
            "m.safetensors: tensor w: expected integers from 0 to 2^63 - 1 in shape, found -8");
  EXPECT_THAT(EntryError(R"({"dtype":"U8","shape":[8.0],"data_offsets":[0,8]})"),
              HasSubstr("found 8.0"));
  EXPECT_THAT(EntryError(R"({"dtype":"U8","shape":[18446744073709551624],"data_offsets":[0,8]})"),
              HasSubstr("in shape, found 184467440737095516"));
  EXPECT_THAT(EntryError(R"({"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,8],)"
                         R"("data_offsets":[0,8]})"),
              HasSubstr("expected at most 16 numbers in shape, found 17"));
  EXPECT_EQ(EntryError(R"({"dtype":"U8","shape":[8]})"),
            "m.safetensors: tensor w has no data_offsets");
  EXPECT_THAT(EntryError(R"({"dtype":"U8","shape":[8],"data_offsets":[8]})"),
              HasSubstr("expected 2 numbers in data_offsets, found 1"));
  EXPECT_THAT(EntryError(R"({"dtype":"U8","shape":[8],"data_offsets":[-8,0]})"),
              HasSubstr("in data_offsets, found -8"));
}

TEST(SafetensorsHeaderTest, RefusesSizesThatDoNotFit) {
  EXPECT_EQ(EntryError(R"({"dtype":"U8","shape":[8],"data_offsets":[8,0]})"),
            "m.safetensors: tensor w: data_offsets end at 0 before they begin at 8");
  EXPECT_EQ(EntryError(R"({"dtype":"F32","shape":[3],"data_offsets":[0,8]})"),
            "m.safetensors: tensor w: expected 12 bytes for F32 [3], found data_offsets of 8");
  EXPECT_EQ(EntryError(R"({"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,8]})"),
            "m.safetensors: tensor w: shape [4294967296, 4294967296] overflows a 64-bit size");
  EXPECT_THAT(EntryError(R"({"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]})"),
              HasSubstr("overflows"));
  // As the reference: an overflow counts even when a later extent is 0.
  EXPECT_THAT(EntryError(R"({"dtype":"U8","shape":[4294967296,4294967296,0],)"
                         R"("data_offsets":[0,0]})"),
              HasSubstr("overflows"));
  EXPECT_EQ(EntryError(R"({"dtype":"U8","shape":[16],"data_offsets":[0,16]})"),
            "m.safetensors: tensor w: data_offsets end at 16, past the 8 bytes of data in the "
            "file");
  EXPECT_THAT(EntryError(R"({"dtype":"U8","shape":[9223372036854775807],)"
                         R"("data_offsets":[0,9223372036854775807]})"),
              HasSubstr("past the 8 bytes"));
}

TEST(SafetensorsHeaderTest, TheTensorsCoverTheDataExactly) {
  EXPECT_EQ(ParseError(Container(TwoTensors("[0,4]", "[4,8]"), "12345678")), "");
  EXPECT_EQ(ParseError(Container(TwoTensors("[4,8]", "[0,4]"), "12345678")), "");
  EXPECT_EQ(ParseError(Container(TwoTensors("[0,4]", "[0,4]"), "1234")),
            "m.safetensors: tensor b: expected data_offsets to begin at 4, found 0, an overlap");
  EXPECT_EQ(ParseError(Container(TwoTensors("[0,4]", "[3,7]"), "1234567")),
            "m.safetensors: tensor b: expected data_offsets to begin at 4, found 3, an overlap");
  EXPECT_EQ(ParseError(Container(TwoTensors("[0,4]", "[6,10]"), "1234567890")),
            "m.safetensors: tensor b: expected data_offsets to begin at 4, found 6, a hole");
  EXPECT_EQ(ParseError(Container(TwoTensors("[1,5]", "[5,9]"), "123456789")),
            "m.safetensors: tensor a: expected data_offsets to begin at 0, found 1, a hole");
  EXPECT_EQ(ParseError(Container("{}", "1")),
            "m.safetensors: expected 0 bytes of tensor data, found 1");
}

TEST(SafetensorsHeaderTest, RefusesRepeatedAndEmptyNames) {
  const std::string entry = R"({"dtype":"U8","shape":[4],"data_offsets":[0,4]})";
  EXPECT_EQ(ParseError(Container(StrCat("{\"a\":", entry, ",\"a\":", entry, "}"), "1234")),
            "m.safetensors: safetensors header: a: this key appears twice");
  EXPECT_EQ(ParseError(Container(StrCat("{\"\":", entry, "}"), "1234")),
            "m.safetensors: expected tensor names, found an empty one");
}

TEST(SafetensorsHeaderTest, MetadataIsAMapOfStrings) {
  EXPECT_EQ(ParseError(Container(R"({"__metadata__":[]})")),
            "m.safetensors: expected an object as __metadata__, found a list");
  EXPECT_EQ(ParseError(Container(R"({"__metadata__":{"a":"b","c":1}})")),
            "m.safetensors: __metadata__ c: expected a string, found 1");
}

TEST(SafetensorsHeaderTest, MessagesStayOneShortLineWhateverTheNames) {
  const std::string entry = R"(:{"dtype":"U8","shape":[-1],"data_offsets":[0,4]})";
  EXPECT_THAT(ParseError(Container("{\"\\u001b[2J\\n\\r\"" + entry + "}", "1234")),
              HasSubstr("tensor ?[2J??: expected integers"));
  EXPECT_THAT(ParseError(Container("{\"" + std::string(100'000, 'a') + "\"" + entry + "}", "1234")),
              HasSubstr("aaa...: expected integers"));
}

}  // namespace
}  // namespace musicgen::checkpoint
