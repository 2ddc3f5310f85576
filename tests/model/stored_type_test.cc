#include "model/stored_type.h"

#include <gtest/gtest.h>

namespace musicgen::model {
namespace {

DType Type(TensorRole role, const Shape& shape, Precision precision) {
  return StoredType(role, shape, DType::kF32, precision);
}

TEST(StoredType, KeepsWhatIsSmallOrSensitiveWide) {
  const TensorRole matrix = TensorRole::kMatrix, sensitive = TensorRole::kSensitiveMatrix;
  EXPECT_EQ(Type(matrix, {64, 32}, Precision::kAuto), DType::kF32);
  EXPECT_EQ(Type(matrix, {64, 32}, Precision::kBF16), DType::kBF16);
  EXPECT_EQ(Type(matrix, {64, 32}, Precision::kQ8), DType::kQ8_0);
  EXPECT_EQ(Type(matrix, {64, 32}, Precision::kQ4), DType::kQ4_0);
  EXPECT_EQ(Type(matrix, {64, 40}, Precision::kQ4), DType::kF16);
  EXPECT_EQ(Type(sensitive, {64, 32}, Precision::kQ8), DType::kQ8_0);
  EXPECT_EQ(Type(sensitive, {64, 32}, Precision::kQ4), DType::kQ8_0);
  EXPECT_EQ(Type(TensorRole::kTable, {64, 32}, Precision::kQ8), DType::kF16);
  EXPECT_EQ(Type(TensorRole::kFloat, {64}, Precision::kQ8), DType::kF32);
  EXPECT_EQ(Type(TensorRole::kFloat, {64, 32}, Precision::kQ8), DType::kF32);
}

TEST(StoredType, KeepsTheCodecInSixteenBits) {
  const Shape weight = {64, 1, 7}, gain = {64, 1, 1};
  EXPECT_EQ(Type(TensorRole::kFloat, gain, Precision::kF16), DType::kF32);
  EXPECT_EQ(Type(TensorRole::kConvolution, weight, Precision::kF32), DType::kF32);
  EXPECT_EQ(Type(TensorRole::kConvolution, weight, Precision::kBF16), DType::kBF16);
  EXPECT_EQ(Type(TensorRole::kConvolution, weight, Precision::kQ8), DType::kF16);
  EXPECT_EQ(Type(TensorRole::kRecurrent, {64, 32}, Precision::kQ4), DType::kF16);
}

TEST(StoredType, LeavesIntegersAlone) {
  EXPECT_EQ(StoredType(TensorRole::kFloat, {3}, DType::kI64, Precision::kF16), DType::kI64);
}

}  // namespace
}  // namespace musicgen::model
