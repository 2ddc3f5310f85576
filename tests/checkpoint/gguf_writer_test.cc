#include "checkpoint/gguf_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <numeric>

#include "base/error.h"
#include "checkpoint/gguf_file.h"
#include "tensor/quantized_group.h"

namespace musicgen::checkpoint {
namespace {

class GgufWriterTest : public testing::Test {
 protected:
  GgufWriterTest() {
    std::string name = std::filesystem::temp_directory_path() / "gguf_writer_test.XXXXXX";
    folder_ = mkdtemp(name.data());
    path_ = folder_ + "/m.gguf";
  }
  ~GgufWriterTest() override { std::filesystem::remove_all(folder_); }

  std::string folder_, path_;
};

std::string Same(const std::string& name) { return name; }

TEST_F(GgufWriterTest, WhatIsWrittenIsRead) {
  GgufWriter writer;
  writer.AddText("text", "{}");
  writer.AddBytes("bytes", std::string_view("\0\xff", 2));
  writer.AddU32("number", 4000000000u);
  writer.AddF32("float", 1.5f);
  std::vector<float> values(3 * 64);
  std::iota(values.begin(), values.end(), -90.0f);
  const TensorView from{"x", DType::kF32, {3, 64}, values.data()};
  const DType types[] = {DType::kF32, DType::kF16, DType::kBF16, DType::kQ8_0, DType::kQ4_0};
  for (const DType type : types) writer.AddTensor(DTypeName(type), type, from.shape);
  writer.AddTensor("one", DType::kF32, {1});
  ThreadPool pool(2);
  writer.Write(path_, [&](size_t i, const PutBytes& put) {
    if (i == std::size(types)) return put(values.data(), 4);
    StreamAs(from, types[i], pool, put);
  });

  const auto file = GgufFile::Open(path_);
  EXPECT_EQ(file->header().version, kGgufVersion);
  EXPECT_EQ(file->Text("text"), "{}");
  EXPECT_EQ(file->Bytes("bytes"), std::string_view("\0\xff", 2));
  EXPECT_EQ(file->Integer("number"), 4000000000);
  EXPECT_EQ(file->Number("float"), 1.5);
  EXPECT_EQ(file->Number("number"), 4e9);
  EXPECT_FALSE(file->Text("none").has_value());
  EXPECT_THROW(file->Text("number"), Error);
  EXPECT_THROW(file->Integer("text"), Error);

  const auto source = file->Tensors(Same);
  EXPECT_EQ(source->Names().size(), std::size(types) + 1);
  for (const DType type : types) {
    const TensorView tensor = source->Get(DTypeName(type));
    EXPECT_EQ(tensor.dtype, type);
    EXPECT_EQ(tensor.shape, from.shape);
    const std::vector<float> read = ToFloats(tensor);
    for (size_t i = 0; i < values.size(); ++i) {
      // Half a step of the group's scale, which is below a tenth of the largest number's 1/7.
      const float bound = type == DType::kQ4_0 ? 100.0f / 7 : type == DType::kQ8_0 ? 0.51f : 0.51f;
      EXPECT_NEAR(read[i], values[i], bound) << DTypeName(type) << " " << i;
    }
  }
  EXPECT_EQ(source->Get("one").shape, Shape({1}));
}

TEST_F(GgufWriterTest, RefusesWhatTheContainerCannotHold) {
  GgufWriter writer;
  EXPECT_THROW(writer.AddTensor(std::string(64, 'n'), DType::kF32, {1}), Error);
  EXPECT_THROW(writer.AddTensor("", DType::kF32, {1}), Error);
  EXPECT_THROW(writer.AddTensor("x", DType::kF32, {1, 1, 1, 1, 1}), Error);
  EXPECT_THROW(writer.AddTensor("x", DType::kBool, {1}), Error);
}

TEST(StreamAs, RoundsAndGroupsAsTheTensorFolderDoes) {
  std::vector<float> values(1 << 21);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>((i * 7919) % 1013) / 101.0f - 5.0f;
  }
  const TensorView from{"x", DType::kF32, {static_cast<int64_t>(values.size())}, values.data()};
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    std::string bytes;
    StreamAs(from, DType::kQ8_0, pool, [&](const void* data, size_t size) {
      bytes.append(static_cast<const char*>(data), size);
    });
    ASSERT_EQ(bytes.size(), values.size() / kQuantGroup * sizeof(Q8Group));
    for (size_t g = 0; g < values.size() / kQuantGroup; g += 1021) {
      Q8Group group;
      Quantize(values.data() + g * kQuantGroup, &group);
      EXPECT_EQ(std::memcmp(bytes.data() + g * sizeof group, &group, sizeof group), 0);
    }
  }
}

TEST(FitsF16, FindsTheOneThatDoesNot) {
  ThreadPool pool(2);
  std::vector<float> values(100000, 1.0f);
  const TensorView tensor{"x", DType::kF32, {100000}, values.data()};
  values[3] = INFINITY;
  EXPECT_TRUE(FitsF16(tensor, pool));
  values[70000] = -70000.0f;
  EXPECT_FALSE(FitsF16(tensor, pool));
}

}  // namespace
}  // namespace musicgen::checkpoint
