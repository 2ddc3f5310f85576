#include "nn/held_format.h"

#include <gtest/gtest.h>

#include "kernels/packed_matrix.h"

namespace musicgen::nn {
namespace {

using kernels::WeightFormat;

constexpr WeightFormat kF32 = WeightFormat::kF32, kF16 = WeightFormat::kF16,
                       kBF16 = WeightFormat::kBF16, kQ8 = WeightFormat::kQ8,
                       kQ4 = WeightFormat::kQ4;
constexpr WeightFormat kAll[] = {kF32, kF16, kBF16, kQ8, kQ4};

TEST(HeldFormat, FollowsTheRole) {
  const auto row = [](TensorRole role, const Shape& shape) {
    std::vector<WeightFormat> formats;
    for (const WeightFormat format : kAll) formats.push_back(HeldFormat(role, format, shape));
    return formats;
  };
  using Row = std::vector<WeightFormat>;
  EXPECT_EQ(row(TensorRole::kFloat, {64, 64}), (Row{kF32, kF32, kF32, kF32, kF32}));
  EXPECT_EQ(row(TensorRole::kTable, {64, 64}), (Row{kF32, kF16, kBF16, kF16, kF16}));
  EXPECT_EQ(row(TensorRole::kMatrix, {64, 64}), (Row{kF32, kF16, kBF16, kQ8, kQ4}));
  EXPECT_EQ(row(TensorRole::kMatrix, {64, 40}), (Row{kF32, kF16, kBF16, kF16, kF16}));
  EXPECT_EQ(row(TensorRole::kSensitiveMatrix, {64, 64}), (Row{kF32, kF16, kBF16, kQ8, kQ8}));
  EXPECT_EQ(row(TensorRole::kConvolution, {64, 64, 7}), (Row{kF32, kF32, kF32, kF32, kF32}));
  EXPECT_EQ(row(TensorRole::kConvolution, {512, 1024, 7}), (Row{kF32, kF16, kF16, kF16, kF16}));
  EXPECT_EQ(row(TensorRole::kRecurrent, {256, 64}), (Row{kF32, kF16, kBF16, kQ8, kQ4}));
}

TEST(HeldFormat, KeepsAHalfPrecisionFilesRecurrentWeightsAtFloat) {
  const auto held = [](WeightFormat format, DType own) {
    return HeldFormat(TensorRole::kRecurrent, format, {256, 64}, own);
  };
  EXPECT_EQ(held(kF32, DType::kF16), kF16);
  EXPECT_EQ(held(kF32, DType::kBF16), kBF16);
  EXPECT_EQ(held(kF32, DType::kQ8_0), kF32);
  EXPECT_EQ(held(kBF16, DType::kF16), kBF16);
}

}  // namespace
}  // namespace musicgen::nn
