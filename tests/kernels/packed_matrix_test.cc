#include "kernels/packed_matrix.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "kernels/variants.h"
#include "tensor/dtype.h"

namespace musicgen::kernels {
namespace {

float At(const PackedMatrix& w, int64_t n, int64_t k) {
  const int64_t at = k * kTileOutputs + n % kTileOutputs;
  const void* tile = w.tile(n / kTileOutputs);
  switch (w.format()) {
    case WeightFormat::kF32:
      return static_cast<const float*>(tile)[at];
    case WeightFormat::kF16:
      return F16ToFloat(static_cast<const uint16_t*>(tile)[at]);
    case WeightFormat::kBF16:
      return BF16ToFloat(static_cast<const uint16_t*>(tile)[at]);
    default:
      return 0;
  }
}

float Rounded(WeightFormat format, float v) {
  if (format == WeightFormat::kF16) return F16ToFloat(FloatToF16(v));
  if (format == WeightFormat::kBF16) return BF16ToFloat(FloatToBF16(v));
  return v;
}

TEST(PackedMatrixTest, HoldsEveryWeightInItsPlaceAndZerosBehind) {
  constexpr int64_t kOutputs = 45, kInputs = 7;
  const std::vector<float> weights = Noise(kOutputs * kInputs, 1);
  for (WeightFormat format : kFormats) {
    PackedMatrix w(format, kOutputs, kInputs);
    EXPECT_EQ(w.tiles(), 2);
    EXPECT_EQ(w.bytes(), 2 * 32 * kInputs * FormatBytes(format));
    PackFloats(w, 0, 20, weights.data());
    PackFloats(w, 20, kOutputs - 20, weights.data() + 20 * kInputs);
    for (int64_t n = 0; n < 64; ++n) {
      for (int64_t k = 0; k < kInputs; ++k) {
        const float expected =
            n < kOutputs ? Rounded(format, weights[static_cast<size_t>(n * kInputs + k)]) : 0.0f;
        EXPECT_EQ(At(w, n, k), expected) << FormatName(format) << " " << n << " " << k;
      }
    }
  }
}

TEST(PackedMatrixTest, PacksTensorsOfEveryFloatType) {
  const std::vector<uint16_t> bf16 = {FloatToBF16(1.5f), FloatToBF16(-2.0f), FloatToBF16(0.25f),
                                      FloatToBF16(8.0f)};
  const std::vector<double> f64 = {1.5, -2.0, 0.25, 8.0};
  for (WeightFormat format : kFormats) {
    PackedMatrix w(format, 4, 2);
    w.PackRows(0, {"a", DType::kBF16, {2, 2}, bf16.data()});
    w.PackRows(2, {"b", DType::kF64, {2, 1, 2}, f64.data()});
    for (int64_t n = 0; n < 4; ++n) {
      for (int64_t k = 0; k < 2; ++k) {
        EXPECT_EQ(At(w, n, k), static_cast<float>(f64[static_cast<size_t>(n % 2 * 2 + k)]));
      }
    }
  }
}

TEST(PackedMatrixTest, PacksTensorsLargerThanItsBlocks) {
  constexpr int64_t kOutputs = 70, kInputs = 8191;
  const std::vector<float> weights = Noise(kOutputs * kInputs, 1);
  PackedMatrix w(WeightFormat::kF32, kOutputs, kInputs);
  w.PackRows(0, {"w", DType::kF32, {kOutputs, kInputs}, weights.data()});
  for (int64_t n = 0; n < kOutputs; ++n) {
    for (int64_t k = 0; k < kInputs; ++k) {
      ASSERT_EQ(At(w, n, k), weights[static_cast<size_t>(n * kInputs + k)]);
    }
  }
}

TEST(PackedMatrixTest, RefusesTensorsOfIntegers) {
  const std::vector<int32_t> data(4);
  PackedMatrix w(WeightFormat::kF32, 2, 2);
  EXPECT_THROW(w.PackRows(0, {"ids", DType::kI32, {2, 2}, data.data()}), Error);
}

}  // namespace
}  // namespace musicgen::kernels
