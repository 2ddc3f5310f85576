// Products with weights of eight and four bits. tests/kernels/matmul_test.cc compares the
// instruction sets on many shapes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/variants.h"
#include "tensor/quantized_group.h"

namespace musicgen::kernels {
namespace {

constexpr WeightFormat kQuantized[] = {WeightFormat::kQ8, WeightFormat::kQ4};

// A row as the packed matrix holds it.
std::vector<float> RoundedWeights(WeightFormat format, const std::vector<float>& row) {
  std::vector<float> out(row.size());
  for (size_t first = 0; first < row.size(); first += kQuantGroup) {
    const size_t n = std::min<size_t>(kQuantGroup, row.size() - first);
    float group[kQuantGroup] = {}, back[kQuantGroup];
    std::copy_n(row.begin() + static_cast<int64_t>(first), n, group);
    if (format == WeightFormat::kQ8) {
      Q8Group q;
      Quantize(group, &q);
      Dequantize(q, back);
    } else {
      Q4Group q;
      Quantize(group, &q);
      Dequantize(q, back);
    }
    std::copy_n(back, n, out.begin() + static_cast<int64_t>(first));
  }
  return out;
}

// Inputs as the product rounds them: 127 steps to the largest of each 32.
std::vector<float> RoundedInputs(const std::vector<float>& x) {
  std::vector<float> out(x.size());
  for (size_t first = 0; first < x.size(); first += kQuantGroup) {
    const size_t end = std::min(x.size(), first + kQuantGroup);
    float largest = 0;
    for (size_t i = first; i < end; ++i) largest = std::max(largest, std::abs(x[i]));
    for (size_t i = first; i < end; ++i) {
      out[i] = std::nearbyint(x[i] * (127.0f / largest)) * (largest * (1.0f / 127.0f));
    }
  }
  return out;
}

std::vector<float> Product(const KernelTable& table, const PackedMatrix& w,
                           const std::vector<float>& x, bool two_digit_activations = false) {
  const int64_t rows = static_cast<int64_t>(x.size()) / w.inputs();
  std::vector<float> y(static_cast<size_t>(rows * w.outputs()));
  RunMatMul(table, x.data(), w.inputs(), rows, w, {0, w.tiles()},
            {nullptr, false, two_digit_activations}, y.data(), w.outputs());
  return y;
}

TEST(QuantizedMatMulTest, IsTheProductOfRoundedWeightsAndInputs) {
  for (WeightFormat format : kQuantized) {
    for (int64_t inputs : {1, 31, 32, 33, 100, 1024, 4100}) {
      constexpr int64_t kOutputs = 37;
      const std::vector<float> weights = Noise(kOutputs * inputs, 1);
      const std::vector<float> x = Noise(inputs, 2, 3.0f), rounded = RoundedInputs(x);
      PackedMatrix w(format, kOutputs, inputs);
      PackFloats(w, 0, kOutputs, weights.data());
      const std::vector<float> y = Product(kScalarKernels, w, x);
      for (int64_t n = 0; n < kOutputs; ++n) {
        const auto row = weights.begin() + n * inputs;
        const std::vector<float> w_row =
            RoundedWeights(format, std::vector<float>(row, row + inputs));
        double exact = 0, magnitude = 0;
        for (size_t k = 0; k < w_row.size(); ++k) {
          exact += double{w_row[k]} * rounded[k];
          magnitude += std::abs(double{w_row[k]} * rounded[k]);
        }
        // Within a group integers are exact; then come a product of scales and a sum each, and one
        // for a segment.
        const double groups = static_cast<double>((inputs + kQuantGroup - 1) / kQuantGroup);
        ASSERT_NEAR(y[static_cast<size_t>(n)], exact, (groups + 3) * 0x1p-24 * magnitude)
            << FormatName(format) << " K " << inputs << " output " << n;
      }
    }
  }
}

TEST(QuantizedMatMulTest, TwoDigitActivationsLeaveTheWeightsErrorAlone) {
  constexpr int64_t kOutputs = 40, kInputs = 250, kRows = 30;
  const std::vector<float> weights = Noise(kOutputs * kInputs, 1), x = Noise(kRows * kInputs, 2);
  for (WeightFormat format : kQuantized) {
    PackedMatrix w(format, kOutputs, kInputs);
    PackFloats(w, 0, kOutputs, weights.data());
    const std::vector<float> plain = Product(kScalarKernels, w, x);
    const std::vector<float> two_digits = Product(kScalarKernels, w, x, true);
    double plain_error = 0, two_digit_error = 0;
    for (int64_t n = 0; n < kOutputs; ++n) {
      const auto row = weights.begin() + n * kInputs;
      const std::vector<float> w_row =
          RoundedWeights(format, std::vector<float>(row, row + kInputs));
      for (int64_t r = 0; r < kRows; ++r) {
        double exact = 0;
        for (size_t k = 0; k < w_row.size(); ++k) {
          exact += double{w_row[k]} * x[static_cast<size_t>(r * kInputs) + k];
        }
        const size_t at = static_cast<size_t>(r * kOutputs + n);
        plain_error += std::pow(plain[at] - exact, 2);
        two_digit_error += std::pow(two_digits[at] - exact, 2);
      }
    }
    // 127 · 2 times finer steps.
    EXPECT_LT(std::sqrt(two_digit_error), std::sqrt(plain_error) / 200) << FormatName(format);
    for (const Variant& variant : FastVariants()) {
      EXPECT_TRUE(SameBits(Product(*variant.table, w, x, true), two_digits)) << variant.name;
    }
    const std::vector<float> one(x.begin(), x.begin() + kInputs);
    EXPECT_TRUE(SameBits(Product(kScalarKernels, w, one, true),
                         std::vector<float>(two_digits.begin(), two_digits.begin() + kOutputs)));
  }
}

TEST(QuantizedMatMulTest, ExtremeIntegersDoNotOverflow) {
  // Every weight and input at the end of its range, in all combinations of signs.
  constexpr int64_t kInputs = 256;
  for (WeightFormat format : kQuantized) {
    for (float weight : {1.0f, -1.0f}) {
      for (float input : {1.0f, -1.0f}) {
        PackedMatrix w(format, 33, kInputs);
        PackFloats(w, 0, 33, std::vector<float>(33 * kInputs, weight).data());
        const std::vector<float> x(3 * kInputs, input);
        const std::vector<float> expected = Product(kScalarKernels, w, x);
        for (float y : expected)
          ASSERT_NEAR(y, weight * input * kInputs, 0.15) << FormatName(format);
        for (const Variant& variant : FastVariants()) {
          ASSERT_TRUE(SameBits(Product(*variant.table, w, x), expected)) << variant.name;
        }
      }
    }
  }
}

TEST(QuantizedMatMulTest, ARowDoesNotDependOnItsNeighbours) {
  constexpr int64_t kInputs = 130, kOutputs = 70, kRows = 101;
  for (WeightFormat format : kQuantized) {
    const std::vector<float> weights = Noise(kOutputs * kInputs, 1);
    const std::vector<float> x = Noise(kRows * kInputs, 2);
    PackedMatrix w(format, kOutputs, kInputs);
    PackFloats(w, 0, kOutputs, weights.data());
    for (const Variant& variant : AllVariants()) {
      const std::vector<float> together = Product(*variant.table, w, x);
      for (int64_t r = 0; r < kRows; r += 7) {
        const auto row = x.begin() + r * kInputs, y = together.begin() + r * kOutputs;
        ASSERT_TRUE(SameBits(Product(*variant.table, w, std::vector<float>(row, row + kInputs)),
                             std::vector<float>(y, y + kOutputs)))
            << variant.name << " " << FormatName(format) << " row " << r;
      }
    }
  }
}

TEST(QuantizedMatMulTest, NumbersThatAreNotFiniteComeThroughAndZerosStay) {
  constexpr int64_t kInputs = 96;
  for (WeightFormat format : kQuantized) {
    PackedMatrix w(format, 40, kInputs);
    PackFloats(w, 0, 40, Noise(40 * kInputs, 1).data());
    for (const Variant& variant : AllVariants()) {
      for (float bad : {std::numeric_limits<float>::infinity(), std::nanf("")}) {
        std::vector<float> x(kInputs, 1.0f);
        x[50] = bad;
        for (float y : Product(*variant.table, w, x)) ASSERT_TRUE(std::isnan(y)) << variant.name;
      }
      for (float tiny : {0.0f, 1e-44f, -1e-38f}) {
        for (float y : Product(*variant.table, w, std::vector<float>(kInputs, tiny))) {
          ASSERT_EQ(y, 0.0f) << variant.name;
        }
      }
      for (float y : Product(*variant.table, w, std::vector<float>(kInputs, 3e37f))) {
        ASSERT_FALSE(std::isnan(y)) << variant.name;
      }
    }
  }
}

TEST(QuantizedMatMulTest, TheMostInputsFit) {
  constexpr int64_t kInputs = PackedMatrix::kMaxQuantizedInputs, kRows = 3;
  EXPECT_TRUE(PackedMatrix::CanQuantize(kInputs));
  EXPECT_FALSE(PackedMatrix::CanQuantize(kInputs + kQuantGroup));
  EXPECT_FALSE(PackedMatrix::CanQuantize(kInputs - 1));
  PackedMatrix w(WeightFormat::kQ8, 1, kInputs);
  PackFloats(w, 0, 1, std::vector<float>(kInputs, 0.5f).data());
  for (const Variant& variant : AllVariants()) {
    for (bool two_digit_activations : {false, true}) {
      for (float y : Product(*variant.table, w, std::vector<float>(kRows * kInputs, 1.0f),
                             two_digit_activations)) {
        ASSERT_NEAR(y, 0.5 * kInputs, 0.01 * kInputs) << variant.name;
      }
    }
  }
}

TEST(QuantizedMatMulTest, TheLeastIntegerOfAFileDoesNotSaturate) {
  // Our own groups stop at -127; another writer's may not.
  Q8Group group{};
  group.scale = FloatToF16(1.0f);
  std::fill_n(group.values, kQuantGroup, int8_t{-128});
  PackedMatrix w(WeightFormat::kQ8, 1, kQuantGroup);
  w.PackRows(0, {"w", DType::kQ8_0, {1, kQuantGroup}, &group});
  for (const Variant& variant : AllVariants()) {
    for (float input : {1.0f, -1.0f}) {
      const float y = Product(*variant.table, w, std::vector<float>(kQuantGroup, input)).front();
      ASSERT_NEAR(y, -128.0f * input * kQuantGroup, 0.01f) << variant.name;
    }
  }
}

TEST(QuantizedMatMulTest, GroupsOfAFileAreTakenAsTheyAre) {
  constexpr int64_t kOutputs = 45, kInputs = 96;
  const std::vector<float> weights = Noise(kOutputs * kInputs, 1), x = Noise(2 * kInputs, 2);
  std::vector<Q8Group> q8(weights.size() / kQuantGroup);
  std::vector<Q4Group> q4(weights.size() / kQuantGroup);
  for (size_t g = 0; g < q8.size(); ++g) {
    Quantize(weights.data() + g * kQuantGroup, &q8[g]);
    Quantize(weights.data() + g * kQuantGroup, &q4[g]);
  }
  for (WeightFormat format : kQuantized) {
    PackedMatrix from_floats(format, kOutputs, kInputs), from_groups(format, kOutputs, kInputs);
    PackFloats(from_floats, 0, kOutputs, weights.data());
    const bool eight = format == WeightFormat::kQ8;
    const TensorView tensor{"w",
                            eight ? DType::kQ8_0 : DType::kQ4_0,
                            {kOutputs, kInputs},
                            eight ? static_cast<const void*>(q8.data()) : q4.data()};
    from_groups.PackRows(0, RowsOf(tensor, 0, 7));
    from_groups.PackRows(7, RowsOf(tensor, 7, kOutputs));
    EXPECT_EQ(from_floats.bytes(), from_groups.bytes());
    EXPECT_EQ(std::memcmp(from_floats.tile(0), from_groups.tile(0), from_floats.bytes()), 0)
        << FormatName(format);
  }
}

}  // namespace
}  // namespace musicgen::kernels
