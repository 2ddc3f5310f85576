#include "checkpoint/gguf_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/error.h"
#include "checkpoint/gguf_builder.h"

namespace musicgen::checkpoint {
namespace {

using testing::HasSubstr;

std::string Complaint(const std::string& bytes) {
  try {
    ParseGguf(bytes, "m.gguf");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    EXPECT_THAT(error.what(), HasSubstr("m.gguf: "));
    return error.what();
  }
  return "none";
}

TEST(GgufHeader, KnowsValuesTensorsAndPlaces) {
  const std::string bytes = FineGguf().Bytes();
  const GgufHeader header = ParseGguf(bytes, "m.gguf");
  ASSERT_EQ(header.metadata.size(), 2u);
  EXPECT_EQ(header.metadata[0].key, "a");
  EXPECT_EQ(header.metadata[0].value.type, GgufType::kU32);
  EXPECT_EQ(header.metadata[1].value.bytes, "text");
  ASSERT_EQ(header.tensors.size(), 2u);
  EXPECT_EQ(header.tensors[1].shape, Shape({2, 4}));
  EXPECT_EQ(header.offsets[1], bytes.size() - 32);
}

TEST(GgufHeader, ReadsVersionTwoAndRefusesOthers) {
  GgufBuilder file = FineGguf();
  for (const uint32_t version : {0u, 1u, 4u, 0xffffffffu}) {
    file.version = version;
    EXPECT_THAT(Complaint(file.Bytes()), HasSubstr("expected GGUF version 2 or 3"));
  }
  file.version = 0x03000000;
  EXPECT_THAT(Complaint(file.Bytes()), HasSubstr("big-endian"));
  file.version = 2;
  EXPECT_EQ(ParseGguf(file.Bytes(), "m.gguf").tensors.size(), 2u);
}

TEST(GgufHeader, ReadsEveryTypeOfValue) {
  GgufBuilder file = FineGguf();
  const int sizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
  for (uint32_t type = 0; type < 13; ++type) {
    const std::string name(GgufTypeName(static_cast<GgufType>(type)));
    const std::string item = type == 8   ? GgufText("xyz")
                             : type == 9 ? Little<uint32_t>(0) + Little<uint64_t>(0)
                                         : std::string(sizes[type], '\1');
    file.Value(name, type, item);
    file.Value("array." + name, 9, Little(type) + Little<uint64_t>(3) + item + item + item);
  }
  const std::string bytes = file.Bytes();
  const GgufHeader header = ParseGguf(bytes, "m.gguf");
  EXPECT_EQ(header.metadata.size(), 2u + 2 * 13);
  for (const GgufKeyValue& entry : header.metadata) {
    if (entry.key == "array.string") {
      EXPECT_EQ(entry.value.items, 3u);
      EXPECT_EQ(entry.value.bytes.size(), 3u * 11);
    }
  }
}

// The classes of malformed files that llama.cpp's tests/test-gguf.cpp knows, and some more.
struct Broken {
  const char* name;
  const char* says;
  std::function<void(GgufBuilder*)> breaking;
};

class BrokenGguf : public testing::TestWithParam<Broken> {};

TEST_P(BrokenGguf, IsRefusedWithOneSentence) {
  GgufBuilder file = FineGguf();
  GetParam().breaking(&file);
  EXPECT_THAT(Complaint(file.Bytes()), HasSubstr(GetParam().says));
}

const uint64_t kHuge = UINT64_MAX;

INSTANTIATE_TEST_SUITE_P(
    Classes, BrokenGguf,
    testing::Values(
        Broken{"magic", "begins with GGUF", [](auto* f) { f->magic = "FUGG"; }},
        Broken{"tensor_count", "tensors in", [](auto* f) { f->tensor_count = kHuge - 1; }},
        Broken{"tensor_count_above", "expected", [](auto* f) { f->tensor_count = 3; }},
        Broken{"value_count", "metadata values in", [](auto* f) { f->value_count = kHuge - 1; }},
        Broken{"key_size", "a metadata key",
               [](auto* f) { f->values[0].first = Little(kHuge) + "key"; }},
        Broken{"empty_key", "metadata key 0", [](auto* f) { f->values[0].first = GgufText(""); }},
        Broken{"long_key", "metadata key 0",
               [](auto* f) { f->values[0].first = GgufText(std::string(65536, 'k')); }},
        Broken{"value_type", "expected a type below 13",
               [](auto* f) { f->values[0].second = Little<uint32_t>(13) + "x"; }},
        Broken{"text_size", "a metadata text",
               [](auto* f) { f->Value("c", 8, Little(kHuge) + "x"); }},
        Broken{"array_type", "expected a type below 13",
               [](auto* f) { f->Value("c", 9, Little<uint32_t>(99) + Little<uint64_t>(1)); }},
        Broken{"array_size", "an array of at most",
               [](auto* f) { f->Value("c", 9, Little<uint32_t>(12) + Little(kHuge / 8)); }},
        Broken{"array_of_texts_size", "an array of at most",
               [](auto* f) { f->Value("c", 9, Little<uint32_t>(8) + Little(kHuge)); }},
        Broken{"deep_arrays", "deep",
               [](auto* f) {
                 std::string nest;
                 for (int i = 0; i < 100; ++i) nest += Little<uint32_t>(9) + Little<uint64_t>(1);
                 f->Value("c", 9, nest);
               }},
        Broken{"duplicate_key", "this key once", [](auto* f) { f->values[1] = f->values[0]; }},
        Broken{"alignment", "power of two",
               [](auto* f) { f->Value("general.alignment", 4, Little<uint32_t>(13)); }},
        Broken{"alignment_zero", "power of two",
               [](auto* f) { f->Value("general.alignment", 4, Little<uint32_t>(0)); }},
        Broken{"alignment_type", "expected u32, found i32",
               [](auto* f) { f->Value("general.alignment", 5, Little<uint32_t>(32)); }},
        Broken{"name_size", "expected a name of 1 to 63 bytes",
               [](auto* f) { f->tensors[0].name = std::string(64, 'n'); }},
        Broken{"empty_name", "expected a name of 1 to 63 bytes",
               [](auto* f) { f->tensors[0].name.clear(); }},
        Broken{"dims", "at most 4 dimensions", [](auto* f) { f->tensors[0].dims = 5; }},
        Broken{"shape", "expected extents that fit",
               [](auto* f) { f->tensors[0].extents = {kHuge}; }},
        Broken{"elements", "expected extents that fit",
               [](auto* f) {
                 f->tensors[0].extents = {uint64_t{1} << 33, uint64_t{1} << 33};
               }},
        Broken{"bytes", "expected extents that fit",
               [](auto* f) {
                 f->tensors[0] = {"one", {uint64_t{1} << 60}, 27, 0};
               }},
        Broken{"more_than_the_file", "found the file's end",
               [](auto* f) {
                 f->tensors[1].extents = {4, 100};
               }},
        Broken{"type", "one of ggml's element types", [](auto* f) { f->tensors[0].type = 1000; }},
        Broken{"unknown_quantization", "found Q4_K", [](auto* f) { f->tensors[0].type = 12; }},
        Broken{"rows_of_half_groups", "a multiple of 32", [](auto* f) { f->tensors[0].type = 8; }},
        Broken{"offset", "expected to begin at byte 0",
               [](auto* f) { f->tensors[0].offset = kHuge; }},
        Broken{"unpadded", "expected to begin at byte 32",
               [](auto* f) { f->tensors[1].offset = 16; }},
        Broken{"overlapping", "expected to begin at byte 32",
               [](auto* f) { f->tensors[1].offset = 0; }},
        Broken{"duplicate_name", "this name once", [](auto* f) { f->tensors[1].name = "one"; }},
        Broken{"data", "found the file's end", [](auto* f) { f->data.pop_back(); }},
        Broken{"no_data", "found the file's end", [](auto* f) { f->data.clear(); }},
        Broken{"large_alignment", "found the file's end",
               [](auto* f) {
                 f->Value("general.alignment", 4, Little<uint32_t>(1u << 31));
                 f->tensors.resize(1);
               }}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(GgufHeader, RefusesAnyBeginningOfAFile) {
  const std::string bytes = FineGguf().Bytes();
  for (size_t n = 0; n < bytes.size(); ++n) EXPECT_NE(Complaint(bytes.substr(0, n)), "none") << n;
  EXPECT_EQ(Complaint(bytes), "none");
}

TEST(GgufHeader, AllowsWhatGgmlDoes) {
  GgufBuilder file = FineGguf();
  file.data += "behind";
  EXPECT_EQ(Complaint(file.Bytes()), "none");
  file.tensors[0].extents = {0};
  file.tensors[1].offset = 0;
  EXPECT_EQ(Complaint(file.Bytes()), "none");
  EXPECT_EQ(Complaint(GgufBuilder().Bytes()), "none");
  GgufBuilder tight = FineGguf();
  tight.alignment = 1;
  tight.Value("general.alignment", 4, Little<uint32_t>(1));
  tight.tensors[1].offset = 16;
  tight.data.resize(48);
  EXPECT_EQ(Complaint(tight.Bytes()), "none");
}

}  // namespace
}  // namespace musicgen::checkpoint
