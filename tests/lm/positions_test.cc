#include <gtest/gtest.h>

#include <cmath>

#include "golden.h"
#include "nn/sinusoidal_positions.h"

namespace musicgen::nn {
namespace {

TEST(PositionsTest, KnownRow) {
  std::vector<float> x(8, 0.0f);
  SinusoidalPositions(8).AddTo(1, x.data());
  const std::vector<float> expected = {0.540302f, 0.998923f,  0.999998f,   1.0f,
                                       0.841471f, 0.0463992f, 0.00215443f, 0.0001f};
  EXPECT_LE(MaxAbsDiff(x, expected), 1e-6);
}

class GoldenPositionsTest : public testing::TestWithParam<int64_t> {};

// The phase is a float: its rounding allows an error of about 1e-7 of the position, in both
// implementations.
TEST_P(GoldenPositionsTest, MatchTransformers) {
  const int64_t width = GetParam();
  const Golden golden("misc");
  const std::vector<float> expected = golden.Floats("pos." + std::to_string(width) + ".hf");
  const std::vector<int64_t> positions = {0,    1,    2,    3,     10,    499,   1503,
                                          2047, 2048, 9999, 10000, 10001, 12345, 50000};
  const SinusoidalPositions table(width);
  for (size_t i = 0; i < positions.size(); ++i) {
    std::vector<float> x(static_cast<size_t>(width), 0.0f);
    table.AddTo(positions[i], x.data());
    const auto begin = expected.begin() + static_cast<std::ptrdiff_t>(i) * width;
    EXPECT_LE(MaxAbsDiff(x, std::vector<float>(begin, begin + width)),
              1e-6 + 1.2e-7 * static_cast<double>(positions[i]))
        << "position " << positions[i];
  }
}

INSTANTIATE_TEST_SUITE_P(Widths, GoldenPositionsTest, testing::Values(64, 1024, 2048));

}  // namespace
}  // namespace musicgen::nn
