#include "base/random.h"

#include <gtest/gtest.h>

#include <set>

namespace musicgen {
namespace {

// Known answers of the authors' own implementation (Random123, kat_vectors, philox4x32 10).
TEST(RandomTest, PhiloxKnownAnswers) {
  using Words = std::array<uint32_t, 4>;
  EXPECT_EQ(Philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(Philox({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomTest, EveryCoordinateMatters) {
  std::set<double> values;
  values.insert(Uniform({0, 0, 0, 0}));
  values.insert(Uniform({1, 0, 0, 0}));
  values.insert(Uniform({uint64_t{1} << 32, 0, 0, 0}));
  values.insert(Uniform({0, 1, 0, 0}));
  values.insert(Uniform({0, 0, 1, 0}));
  values.insert(Uniform({0, 0, 0, 1}));
  EXPECT_EQ(values.size(), 6u);
}

TEST(RandomTest, UniformFillsTheUnitInterval) {
  double sum = 0.0;
  for (uint32_t i = 0; i < 10000; ++i) {
    const double value = Uniform({3, 0, i, 0});
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
  }
  EXPECT_NEAR(sum / 10000, 0.5, 4 * 0.2887 / 100);  // four standard errors
}

}  // namespace
}  // namespace musicgen
