#include "tensor/dtype.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace musicgen {
namespace {

// By the definition: (−1)^s · m · 2^e with `mantissa_bits` bits behind the point.
double Value(uint16_t bits, int mantissa_bits, int exponent_bits) {
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = (bits >> mantissa_bits) & ((1 << exponent_bits) - 1);
  const int mantissa = bits & ((1 << mantissa_bits) - 1);
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == (1 << exponent_bits) - 1) return mantissa != 0 ? NAN : sign * INFINITY;
  if (exponent == 0) return sign * std::ldexp(mantissa, 1 - bias - mantissa_bits);
  return sign * std::ldexp(mantissa + (1 << mantissa_bits), exponent - bias - mantissa_bits);
}

struct Format {
  const char* name;
  int mantissa_bits;
  int exponent_bits;
  float (*widen)(uint16_t);
  uint16_t (*round)(float);
};
const Format kFormats[] = {{"f16", 10, 5, F16ToFloat, FloatToF16},
                           {"bf16", 7, 8, BF16ToFloat, FloatToBF16}};

TEST(DTypeTest, EveryHalfWidensExactlyAndComesBack) {
  for (const Format& format : kFormats) {
    for (uint32_t bits = 0; bits < 65536; ++bits) {
      const uint16_t half = static_cast<uint16_t>(bits);
      const float wide = format.widen(half);
      const double expected = Value(half, format.mantissa_bits, format.exponent_bits);
      if (std::isnan(expected)) {
        EXPECT_TRUE(std::isnan(wide)) << format.name << " " << bits;
        EXPECT_TRUE(std::isnan(format.widen(format.round(wide)))) << format.name << " " << bits;
        continue;
      }
      ASSERT_EQ(wide, expected) << format.name << " " << bits;
      ASSERT_EQ(std::signbit(wide), (bits & 0x8000) != 0) << format.name << " " << bits;
      ASSERT_EQ(format.round(wide), half) << format.name << " " << bits;
    }
  }
}

TEST(DTypeTest, RoundsToNearestTiesToEven) {
  for (const Format& format : kFormats) {
    const uint16_t infinity =
        static_cast<uint16_t>(((1 << format.exponent_bits) - 1) << format.mantissa_bits);
    for (uint16_t half = 0; half < infinity; ++half) {
      const uint16_t next = static_cast<uint16_t>(half + 1);
      // Infinity stands where the next power of two would.
      const double upper = next == infinity
                               ? 2 * Value(half, format.mantissa_bits, format.exponent_bits) -
                                     Value(static_cast<uint16_t>(half - 1), format.mantissa_bits,
                                           format.exponent_bits)
                               : format.widen(next);
      const float middle =
          static_cast<float>((static_cast<double>(format.widen(half)) + upper) / 2);
      const uint16_t even = half % 2 == 0 ? half : next;
      ASSERT_EQ(format.round(middle), even) << format.name << " " << half;
      ASSERT_EQ(format.round(std::nextafter(middle, 0.0f)), half) << format.name << " " << half;
      ASSERT_EQ(format.round(std::nextafter(middle, INFINITY)), next) << format.name << " " << half;
      ASSERT_EQ(format.round(-middle), even | 0x8000) << format.name << " " << half;
    }
  }
}

TEST(DTypeTest, OverflowIsInfinity) {
  for (const Format& format : kFormats) {
    EXPECT_EQ(format.widen(format.round(std::numeric_limits<float>::max())), INFINITY);
    EXPECT_EQ(format.widen(format.round(-INFINITY)), -INFINITY);
  }
}

TEST(DTypeTest, SizesFitTheNames) {
  EXPECT_EQ(DTypeBytes(DType::kF64), 8u);
  EXPECT_EQ(DTypeBytes(DType::kF32), 4u);
  EXPECT_EQ(DTypeBytes(DType::kBF16), 2u);
  EXPECT_EQ(DTypeBytes(DType::kBool), 1u);
  EXPECT_STREQ(DTypeName(DType::kBF16), "BF16");
  EXPECT_STREQ(DTypeName(DType::kI64), "I64");
}

}  // namespace
}  // namespace musicgen
