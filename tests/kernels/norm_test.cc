#include "kernels/norm.h"

#include <gtest/gtest.h>

#include "kernels/variants.h"

namespace musicgen::kernels {
namespace {

std::vector<int64_t> Sizes() {
  std::vector<int64_t> sizes = {768, 1023, 1024, 1030, 2048};
  for (int64_t n = 1; n <= 70; ++n) sizes.push_back(n);
  return sizes;
}

// Roundings that one lane's chain and the tree can gather, for values of about 1.
double Tolerance(int64_t n) { return static_cast<double>(n / 16 + 8) * 0x1p-23; }

std::vector<float> LayerNorm(const KernelTable& table, int64_t n) {
  std::vector<float> y = Noise(n, 1);  // in place
  table.layer_norm_row(y.data(), Noise(n, 2).data(), Noise(n, 3).data(), 1e-5f, n, y.data());
  return y;
}

std::vector<float> RmsNorm(const KernelTable& table, int64_t n) {
  std::vector<float> y = Noise(n, 1);
  table.rms_norm_row(y.data(), Noise(n, 2).data(), 1e-6f, n, y.data());
  return y;
}

TEST(NormTest, LayerNormMatchesDouble) {
  for (int64_t n : Sizes()) {
    const std::vector<float> x = Noise(n, 1), weight = Noise(n, 2), bias = Noise(n, 3);
    const std::vector<float> y = LayerNorm(kScalarKernels, n);
    double mean = 0, var = 0;
    for (float v : x) mean += v / static_cast<double>(n);
    for (float v : x) var += (v - mean) * (v - mean) / static_cast<double>(n);
    const double scale = 1 / std::sqrt(var + 1e-5);
    for (size_t i = 0; i < x.size(); ++i) {
      const double normed = (x[i] - mean) * scale;
      // The mean's error is stretched by `scale`.
      const double bound = Tolerance(n) * (std::abs(weight[i]) * (std::abs(normed) + scale) + 1);
      ASSERT_NEAR(y[i], normed * weight[i] + bias[i], bound) << n;
    }
  }
}

TEST(NormTest, RmsNormMatchesDouble) {
  for (int64_t n : Sizes()) {
    const std::vector<float> x = Noise(n, 1), weight = Noise(n, 2);
    const std::vector<float> y = RmsNorm(kScalarKernels, n);
    double square = 0;
    for (float v : x) square += static_cast<double>(v) * v / static_cast<double>(n);
    for (size_t i = 0; i < x.size(); ++i) {
      const double exact = x[i] / std::sqrt(square + 1e-6) * weight[i];
      ASSERT_NEAR(y[i], exact, Tolerance(n) * std::abs(exact)) << n;
    }
  }
}

TEST(NormTest, EveryInstructionSetGivesTheScalarBits) {
  for (const Variant& variant : FastVariants()) {
    for (int64_t n : Sizes()) {
      ASSERT_TRUE(SameBits(LayerNorm(*variant.table, n), LayerNorm(kScalarKernels, n)))
          << variant.name << " " << n;
      ASSERT_TRUE(SameBits(RmsNorm(*variant.table, n), RmsNorm(kScalarKernels, n)))
          << variant.name << " " << n;
    }
  }
}

TEST(NormTest, OrderOfTheSumIsTheHeadersOne) {
  // Sixteen lanes, then a tree: computed here by the letter of the header.
  constexpr int64_t kN = 50;
  const std::vector<float> x = Noise(kN, 7, 100.0f);
  float lanes[16] = {};
  for (int64_t i = 0; i < kN; ++i) {
    float& lane = lanes[i % 16];
    lane = std::fma(x[static_cast<size_t>(i)], x[static_cast<size_t>(i)], lane);
  }
  for (int half : {8, 4, 2, 1}) {
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  const float scale = 1.0f / std::sqrt(lanes[0] / static_cast<float>(kN) + 0.5f);
  const std::vector<float> ones(kN, 1.0f);
  for (const Variant& variant : AllVariants()) {
    std::vector<float> y(kN);
    variant.table->rms_norm_row(x.data(), ones.data(), 0.5f, kN, y.data());
    for (size_t i = 0; i < x.size(); ++i) EXPECT_EQ(y[i], x[i] * scale) << variant.name;
  }
}

}  // namespace
}  // namespace musicgen::kernels
