#include "tensor/quantized_group.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "tensor/dtype.h"
#include "tensor/tensor_view.h"

namespace musicgen {
namespace {

std::vector<float> Normal(int64_t n, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> x(static_cast<size_t>(n));
  for (float& v : x) v = normal(random);
  return x;
}

template <class Group>
double SquaredError(const std::vector<float>& x) {
  double error = 0;
  for (size_t at = 0; at < x.size(); at += kQuantGroup) {
    Group group;
    Quantize(x.data() + at, &group);
    float back[kQuantGroup];
    Dequantize(group, back);
    for (size_t i = 0; i < kQuantGroup; ++i) error += std::pow(double{x[at + i]} - back[i], 2);
  }
  return error / static_cast<double>(x.size());
}

TEST(QuantizedGroupTest, EightBitsMissByAtMostHalfAStep) {
  const std::vector<float> x = Normal(kQuantGroup * 200, 1);
  for (size_t at = 0; at < x.size(); at += kQuantGroup) {
    Q8Group group;
    Quantize(x.data() + at, &group);
    float back[kQuantGroup];
    Dequantize(group, back);
    // The largest may lie past 127 steps by the scale's own rounding.
    const float scale = F16ToFloat(group.scale), bound = scale * (0.5f + 127.0f * 0x1p-11f);
    for (size_t i = 0; i < kQuantGroup; ++i) ASSERT_NEAR(back[i], x[at + i], bound);
  }
}

TEST(QuantizedGroupTest, ErrorsOnNormalNumbersAreOfTheExpectedSize) {
  const std::vector<float> x = Normal(kQuantGroup * 4000, 2);
  // The largest of 32 is 2.39 standard deviations (root mean square): steps of 2.39 / 127 and 2.39
  // / 8, uniform errors but for the largest, which has none.
  EXPECT_NEAR(std::sqrt(SquaredError<Q8Group>(x)), 2.39 / 127 / std::sqrt(12.0 * 32 / 31), 1e-4);
  EXPECT_LT(std::sqrt(SquaredError<Q4Group>(x)), 0.95 * 2.39 / 8 / std::sqrt(12.0));
}

TEST(QuantizedGroupTest, FourBitsAreLaidOutAsGgmlHasThem) {
  // Whole multiples of one scale come back exactly: q − 8 = −8 … 7.
  float x[kQuantGroup];
  for (int i = 0; i < kQuantGroup; ++i) x[i] = 0.5f * static_cast<float>(i % 16 - 8);
  Q4Group group;
  Quantize(x, &group);
  EXPECT_EQ(F16ToFloat(group.scale), 0.5f);
  for (int j = 0; j < 16; ++j) EXPECT_EQ(group.values[j], j | (j << 4));
  float back[kQuantGroup];
  Dequantize(group, back);
  EXPECT_EQ(std::memcmp(back, x, sizeof x), 0);
}

TEST(QuantizedGroupTest, ZerosStayAndNumbersThatAreNotFiniteShow) {
  float x[kQuantGroup] = {};
  float back[kQuantGroup];
  Q8Group q8;
  Q4Group q4;
  Quantize(x, &q8);
  Quantize(x, &q4);
  Dequantize(q8, back);
  for (float v : back) EXPECT_EQ(v, 0.0f);
  Dequantize(q4, back);
  for (float v : back) EXPECT_EQ(v, 0.0f);
  for (float bad : {std::numeric_limits<float>::infinity(), std::nanf("")}) {
    x[5] = bad;
    Quantize(x, &q8);
    Quantize(x, &q4);
    Dequantize(q8, back);
    EXPECT_TRUE(std::isnan(back[0]));
    Dequantize(q4, back);
    EXPECT_TRUE(std::isnan(back[0]));
  }
}

TEST(QuantizedGroupTest, VeryLargeAndVerySmallNumbersDoNotOverflow) {
  for (float size : {1e38f, 1e-38f, 1e-44f}) {
    std::vector<float> x = Normal(kQuantGroup, 3);
    for (float& v : x) v *= size;
    Q8Group q8;
    Q4Group q4;
    Quantize(x.data(), &q8);
    Quantize(x.data(), &q4);
    EXPECT_TRUE(std::isfinite(F16ToFloat(q8.scale))) << size;
    EXPECT_TRUE(std::isfinite(F16ToFloat(q4.scale))) << size;
  }
}

TEST(QuantizedGroupTest, TensorsOfGroupsAreReadFromAnyElement) {
  constexpr int64_t kRows = 3, kColumns = 64;
  const std::vector<float> x = Normal(kRows * kColumns, 4);
  std::vector<Q8Group> groups(kRows * 2);
  std::vector<float> expected(x.size());
  for (size_t g = 0; g < groups.size(); ++g) {
    Quantize(x.data() + g * kQuantGroup, &groups[g]);
    Dequantize(groups[g], expected.data() + g * kQuantGroup);
  }
  const TensorView tensor{"w", DType::kQ8_0, {kRows, kColumns}, groups.data()};
  EXPECT_EQ(tensor.bytes(), groups.size() * sizeof(Q8Group));
  EXPECT_EQ(ToFloats(tensor), expected);
  std::vector<float> part(70);
  CopyToFloat(tensor, 17, 70, part.data());
  EXPECT_EQ(part, std::vector<float>(expected.begin() + 17, expected.begin() + 87));
  EXPECT_EQ(ToFloats(RowsOf(tensor, 1, 3)),
            std::vector<float>(expected.begin() + kColumns, expected.end()));
}

}  // namespace
}  // namespace musicgen
