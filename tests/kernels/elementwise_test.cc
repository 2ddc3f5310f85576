#include "kernels/elementwise.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "kernels/variants.h"

namespace musicgen::kernels {
namespace {

using Unary = void (*KernelTable::*)(const float*, int64_t, float*);

struct NamedUnary {
  const char* name;
  Unary function;
};
constexpr NamedUnary kUnaries[] = {{"exp", &KernelTable::exp},
                                   {"relu", &KernelTable::relu},
                                   {"gelu", &KernelTable::gelu},
                                   {"gelu_tanh", &KernelTable::gelu_tanh},
                                   {"elu", &KernelTable::elu}};

// Floats of every sign, exponent and kind, about 200000 of them.
const std::vector<float>& Sweep() {
  static const std::vector<float> sweep = [] {
    std::vector<float> out = {0.0f,      -0.0f,     INFINITY,   -INFINITY,   NAN,
                              88.72283f, 88.72284f, -87.33654f, -103.97208f, -103.97209f,
                              -104.0f,   0.625f,    1.0f,       4.0f};
    for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 20011) {
      out.push_back(std::bit_cast<float>(static_cast<uint32_t>(bits)));
    }
    for (int i = -100000; i <= 100000; i += 7) out.push_back(static_cast<float>(i) * 1.1e-3f);
    // Where a subtraction of exp's reduction must round once to give these bits.
    out.insert(out.end(), {-0x1.720c48p+6f, -0x1.71e848p+6f, -0x1.49f2ccp+6f, -0x1.8f4fap+5f,
                           -0x1.f3135p+4f, 0x1.8f5p+5f});
    return out;
  }();
  return sweep;
}

std::vector<float> Apply(const KernelTable& table, Unary function, const std::vector<float>& x) {
  std::vector<float> y(x.size());
  (table.*function)(x.data(), static_cast<int64_t>(x.size()), y.data());
  return y;
}

// One LSTM step for every value: gate inputs i, f, g, o from `gates`, state from `c`.
struct LstmState {
  std::vector<float> c, h;
};
LstmState Lstm(const KernelTable& table, const std::vector<float> (&gates)[4],
               const std::vector<float>& c) {
  const int64_t n = static_cast<int64_t>(c.size());
  std::vector<float> gates_x, gates_h(c.size() * 4);
  for (const auto& gate : gates) gates_x.insert(gates_x.end(), gate.begin(), gate.end());
  LstmState state{c, std::vector<float>(c.size())};
  table.lstm_cell(gates_x.data(), gates_h.data(), n, 0, n, state.c.data(), state.h.data());
  return state;
}

// The state that a unit takes when all but one of its parts are 1 or 0.
std::vector<float> TanhOfSweep() {
  const std::vector<float> open(Sweep().size(), 100.0f), shut(Sweep().size(), -INFINITY);
  return Lstm(kScalarKernels, {open, shut, Sweep(), open}, std::vector<float>(open.size())).c;
}
std::vector<float> LogisticOfSweep() {
  const std::vector<float> open(Sweep().size(), 100.0f), shut(Sweep().size(), -INFINITY);
  return Lstm(kScalarKernels, {Sweep(), shut, open, open}, std::vector<float>(open.size())).c;
}

TEST(ElementwiseTest, ExpIsWithinTwoTenMillionths) {
  const std::vector<float> y = Apply(kScalarKernels, &KernelTable::exp, Sweep());
  for (size_t i = 0; i < y.size(); ++i) {
    const double x = Sweep()[i];
    const double exact = std::exp(x);
    if (std::isnan(x)) {
      EXPECT_TRUE(std::isnan(y[i]));
    } else if (exact > std::numeric_limits<float>::max()) {
      EXPECT_EQ(y[i], INFINITY) << x;
    } else {
      // Subnormal results are whole multiples of 2^-149.
      ASSERT_NEAR(y[i], exact, 2e-7 * exact + 0x1p-149) << x;
    }
  }
}

TEST(ElementwiseTest, TanhAndLogisticAreWithinTwoTenMillionths) {
  const std::vector<float> tanh = TanhOfSweep(), logistic = LogisticOfSweep();
  for (size_t i = 0; i < tanh.size(); ++i) {
    const double x = Sweep()[i];
    if (std::isnan(x)) {
      EXPECT_TRUE(std::isnan(tanh[i]) && std::isnan(logistic[i]));
      continue;
    }
    ASSERT_NEAR(tanh[i], std::tanh(x), 2e-7) << x;
    ASSERT_NEAR(tanh[i], std::tanh(x), 3e-7 * std::abs(std::tanh(x)) + 0x1p-149) << x;
    ASSERT_NEAR(logistic[i], 1 / (1 + std::exp(-x)), 2e-7) << x;
  }
}

TEST(ElementwiseTest, GeluFollowsErfWithinTwoTenMillionths) {
  const std::vector<float> y = Apply(kScalarKernels, &KernelTable::gelu, Sweep());
  for (size_t i = 0; i < y.size(); ++i) {
    const double x = Sweep()[i];
    if (std::isnan(x) || x == -INFINITY) {  // −∞·0, as in PyTorch
      EXPECT_TRUE(std::isnan(y[i]));
    } else if (x == INFINITY) {
      EXPECT_EQ(y[i], INFINITY);
    } else {
      const double exact = x / 2 * (1 + std::erf(x / std::sqrt(2.0)));
      // erf's error, and 1 + erf and two products rounded.
      ASSERT_NEAR(y[i], exact, std::abs(x) / 2 * 2e-7 + 0x1p-22 * std::abs(exact) + 0x1p-149) << x;
    }
  }
}

TEST(ElementwiseTest, GeluTanhFollowsTanh) {
  std::vector<float> x;
  for (int i = -20000; i <= 20000; ++i) x.push_back(static_cast<float>(i) * 1e-3f);
  const std::vector<float> y = Apply(kScalarKernels, &KernelTable::gelu_tanh, x);
  for (size_t i = 0; i < y.size(); ++i) {
    const double v = x[i];
    const double inner = std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v);
    const double exact = v / 2 * (1 + std::tanh(inner));
    // tanh's error, and that of its argument: five roundings, times tanh' ≤ 1/cosh².
    const double argument = 5 * 0x1p-24 * std::abs(inner) / std::pow(std::cosh(inner), 2);
    ASSERT_NEAR(y[i], exact,
                std::abs(v) / 2 * (2e-7 + argument) + 0x1p-22 * std::abs(exact) + 0x1p-149)
        << v;
  }
}

TEST(ElementwiseTest, EluIsAccurateNearZeroToo) {
  const std::vector<float> y = Apply(kScalarKernels, &KernelTable::elu, Sweep());
  for (size_t i = 0; i < y.size(); ++i) {
    const double x = Sweep()[i];
    if (std::isnan(x)) {
      EXPECT_TRUE(std::isnan(y[i]));
    } else if (x > 0) {
      EXPECT_EQ(y[i], static_cast<float>(x));
    } else {
      ASSERT_NEAR(y[i], std::expm1(x), 3e-7 * std::abs(std::expm1(x)) + 0x1p-149) << x;
    }
  }
}

TEST(ElementwiseTest, ReluKeepsNaN) {
  const std::vector<float> y = Apply(kScalarKernels, &KernelTable::relu, {-1, 2, NAN, -INFINITY});
  EXPECT_EQ(y[0], 0.0f);
  EXPECT_EQ(y[1], 2.0f);
  EXPECT_TRUE(std::isnan(y[2]));
  EXPECT_EQ(y[3], 0.0f);
}

TEST(ElementwiseTest, FunctionsGiveTheScalarBitsEverywhere) {
  for (const NamedUnary& unary : kUnaries) {
    const std::vector<float> expected = Apply(kScalarKernels, unary.function, Sweep());
    for (const Variant& variant : FastVariants()) {
      EXPECT_TRUE(SameBits(Apply(*variant.table, unary.function, Sweep()), expected))
          << unary.name << " " << variant.name;
    }
  }
}

// Each of the functions of two halves or behind a scale, of one table.
std::vector<float> Glu(const KernelTable& table, int64_t n) {
  const std::vector<float> h = Noise(2 * n, 1, 8);
  std::vector<float> y(static_cast<size_t>(n));
  table.glu(h.data(), h.data() + n, n, y.data());
  return y;
}
std::vector<float> ScaledGelu(const KernelTable& table, int64_t n) {
  std::vector<float> x = Noise(n + 1, 1, 8);
  const std::vector<float> scale = Noise(n, 2), shift = Noise(n, 3);
  table.scaled_gelu(x.data(), scale.data(), shift.data(), n, x.data());
  return x;
}
std::vector<float> AddScaledGlu(const KernelTable& table, int64_t n) {
  std::vector<float> x = Noise(n + 1, 1, 8);
  const std::vector<float> h = Noise(2 * n, 2, 8), scale = Noise(2 * n, 3), shift = Noise(2 * n, 4),
                           gains = Noise(n, 5);
  table.add_scaled_glu(h.data(), scale.data(), shift.data(), gains.data(), n, x.data());
  return x;
}

TEST(ElementwiseTest, GatedFunctionsGiveTheScalarBits) {
  for (int64_t n = 0; n <= 50; ++n) {
    for (const auto function : {Glu, ScaledGelu, AddScaledGlu}) {
      for (const Variant& variant : FastVariants()) {
        EXPECT_TRUE(SameBits(function(*variant.table, n), function(kScalarKernels, n)))
            << variant.name << " " << n;
      }
    }
  }
}

TEST(ElementwiseTest, GatedFunctionsAreTheTextbooks) {
  constexpr int64_t n = 40;
  const auto logistic = [](double v) { return 1 / (1 + std::exp(-v)); };
  const std::vector<float> h = Noise(2 * n, 1, 8), glu = Glu(kScalarKernels, n);
  for (size_t i = 0; i < n; ++i) EXPECT_NEAR(glu[i], h[i] * logistic(h[n + i]), 4e-6);
  const std::vector<float> x = Noise(n + 1, 1, 8), scaled = ScaledGelu(kScalarKernels, n),
                           added = AddScaledGlu(kScalarKernels, n);
  const std::vector<float> scale = Noise(n, 2), shift = Noise(n, 3);
  const std::vector<float> wide = Noise(2 * n, 2, 8), wide_scale = Noise(2 * n, 3),
                           wide_shift = Noise(2 * n, 4), gains = Noise(n, 5);
  for (size_t i = 0; i < n; ++i) {
    const double v = static_cast<double>(x[i]) * scale[i] + shift[i];
    EXPECT_NEAR(scaled[i], v / 2 * (1 + std::erf(v / std::sqrt(2.0))), 4e-6);
    const auto at = [&](size_t j) {
      return static_cast<double>(wide[j]) * wide_scale[j] + wide_shift[j];
    };
    EXPECT_NEAR(added[i], x[i] + gains[i] * at(i) * logistic(at(n + i)), 8e-6);
  }
  EXPECT_EQ(scaled[n], x[n]);  // what is behind stays
  EXPECT_EQ(added[n], x[n]);
}

TEST(ElementwiseTest, LstmCellGivesTheScalarBits) {
  for (int64_t n : {1, 5, 8, 15, 16, 17, 33, 512}) {
    const std::vector<float> gates_x = Noise(4 * n, 1, 8), gates_h = Noise(4 * n, 2, 8);
    const auto run = [&](const KernelTable& table, int64_t split) {
      std::vector<float> c = Noise(n, 3, 2), h = Noise(n, 4);
      table.lstm_cell(gates_x.data(), gates_h.data(), n, 0, split, c.data(), h.data());
      table.lstm_cell(gates_x.data(), gates_h.data(), n, split, n, c.data(), h.data());
      c.insert(c.end(), h.begin(), h.end());
      return c;
    };
    const std::vector<float> expected = run(kScalarKernels, n);
    for (const Variant& variant : FastVariants()) {
      EXPECT_TRUE(SameBits(run(*variant.table, n), expected)) << variant.name << " " << n;
      EXPECT_TRUE(SameBits(run(*variant.table, n / 3), expected)) << variant.name << " " << n;
    }
  }
}

TEST(ElementwiseTest, LstmCellIsTheTextbooksCell) {
  const std::vector<float> gates[4] = {{0.5f}, {-0.25f}, {0.75f}, {1.5f}};
  const LstmState state = Lstm(kScalarKernels, gates, {0.3f});
  const auto logistic = [](double v) { return 1 / (1 + std::exp(-v)); };
  const double c = logistic(-0.25) * 0.3 + logistic(0.5) * std::tanh(0.75);
  EXPECT_NEAR(state.c[0], c, 5e-7);
  EXPECT_NEAR(state.h[0], logistic(1.5) * std::tanh(c), 5e-7);
}

TEST(ElementwiseTest, EveryLengthInPlaceTouchesNothingBehind) {
  for (int64_t n = 0; n <= 50; ++n) {
    const std::vector<float> x = Noise(n + 1, 1), other = Noise(n, 2);
    for (const NamedUnary& unary : kUnaries) {
      std::vector<float> expected = x;
      (kScalarKernels.*unary.function)(expected.data(), n, expected.data());
      EXPECT_EQ(expected.back(), x.back());
      for (const Variant& variant : FastVariants()) {
        std::vector<float> y = x;
        (variant.table->*unary.function)(y.data(), n, y.data());
        EXPECT_TRUE(SameBits(y, expected)) << unary.name << " " << variant.name << " " << n;
      }
    }
    for (const Variant& variant : AllVariants()) {
      std::vector<float> sum = x, product = x;
      variant.table->add(sum.data(), other.data(), n, sum.data());
      variant.table->multiply(other.data(), product.data(), n, product.data());
      for (size_t i = 0; i < other.size(); ++i) {
        EXPECT_EQ(sum[i], x[i] + other[i]);
        EXPECT_EQ(product[i], x[i] * other[i]);
      }
      EXPECT_EQ(sum.back(), x.back());
      EXPECT_EQ(product.back(), x.back());
    }
  }
}

TEST(ElementwiseTest, PublicCallsRunTheKernels) {
  const std::vector<float> x = {-1.0f, 0.5f, 2.0f};
  std::vector<float> y(3);
  Exp(x.data(), 3, y.data());
  EXPECT_TRUE(SameBits(y, Apply(kScalarKernels, &KernelTable::exp, x)));
  Relu(x.data(), 3, y.data());
  EXPECT_TRUE(SameBits(y, Apply(kScalarKernels, &KernelTable::relu, x)));
  Gelu(x.data(), 3, y.data());
  EXPECT_TRUE(SameBits(y, Apply(kScalarKernels, &KernelTable::gelu, x)));
  GeluTanh(x.data(), 3, y.data());
  EXPECT_TRUE(SameBits(y, Apply(kScalarKernels, &KernelTable::gelu_tanh, x)));
  Elu(x.data(), 3, y.data());
  EXPECT_TRUE(SameBits(y, Apply(kScalarKernels, &KernelTable::elu, x)));
  Add(x.data(), x.data(), 3, y.data());
  EXPECT_EQ(y, (std::vector<float>{-2, 1, 4}));
  Multiply(x.data(), x.data(), 3, y.data());
  EXPECT_EQ(y, (std::vector<float>{1, 0.25f, 4}));
}

}  // namespace
}  // namespace musicgen::kernels
