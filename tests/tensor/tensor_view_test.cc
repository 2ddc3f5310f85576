#include "tensor/tensor_view.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/error.h"

namespace musicgen {
namespace {

TEST(TensorViewTest, WidensEveryFloatType) {
  const std::vector<float> expected = {1.5f, -2.0f, 0.25f, 65504.0f};
  std::vector<uint16_t> f16;
  std::vector<double> f64;
  for (float v : expected) {
    f16.push_back(FloatToF16(v));
    f64.push_back(v);
  }
  EXPECT_EQ(ToFloats({"a", DType::kF32, {4}, expected.data()}), expected);
  EXPECT_EQ(ToFloats({"a", DType::kF16, {2, 2}, f16.data()}), expected);
  EXPECT_EQ(ToFloats({"a", DType::kF64, {4, 1}, f64.data()}), expected);
  const std::vector<uint16_t> bf16 = {FloatToBF16(1.5f), FloatToBF16(-2.0f)};
  EXPECT_EQ(ToFloats({"a", DType::kBF16, {2}, bf16.data()}), (std::vector<float>{1.5f, -2.0f}));
}

TEST(TensorViewTest, ReadsUnalignedData) {
  const float values[3] = {1, 2, 3};
  std::vector<char> bytes(1 + sizeof(values));
  std::memcpy(bytes.data() + 1, values, sizeof(values));
  EXPECT_EQ(ToFloats({"a", DType::kF32, {3}, bytes.data() + 1}), (std::vector<float>{1, 2, 3}));
}

TEST(TensorViewTest, CopiesAStretch) {
  const std::vector<float> data = {0, 1, 2, 3, 4};
  float out[2];
  CopyToFloat({"a", DType::kF32, {5}, data.data()}, 3, 2, out);
  EXPECT_EQ(out[0], 3);
  EXPECT_EQ(out[1], 4);
}

TEST(TensorViewTest, RowsShareTheData) {
  const std::vector<uint16_t> data(24);
  const TensorView all{"a", DType::kF16, {4, 3, 2}, data.data()};
  const TensorView rows = RowsOf(all, 1, 3);
  EXPECT_EQ(rows.shape, (Shape{2, 3, 2}));
  EXPECT_EQ(rows.data, data.data() + 6);
  EXPECT_EQ(rows.bytes(), 24u);
}

TEST(TensorViewTest, RefusesIntegersByName) {
  const int32_t data[1] = {1};
  try {
    ToFloats({"ids", DType::kI32, {1}, data});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_STREQ(error.what(), "tensor ids: expected a floating-point type, found I32");
  }
}

}  // namespace
}  // namespace musicgen
