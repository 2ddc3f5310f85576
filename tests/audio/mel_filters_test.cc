#include "audio/mel_filters.h"

#include <gtest/gtest.h>

namespace musicgen::audio {
namespace {

TEST(MelFilters, TheScaleAndItsInverse) {
  EXPECT_NEAR(HzToMel(1000), 1000, 0.1);
  for (const double hz : {0.0, 50.0, 440.0, 16000.0}) EXPECT_NEAR(MelToHz(HzToMel(hz)), hz, 1e-9);
}

// Neighbouring triangles add up to 1 between the first peak and the last.
TEST(MelFilters, ShareEveryFrequency) {
  const int64_t bins = 1025, bands = 40;
  const std::vector<float> filters = MelFilters(32000, 2048, bands);
  ASSERT_EQ(filters.size(), static_cast<size_t>(bands * bins));
  const double step = HzToMel(16000) / (bands + 1);
  for (int64_t i = 0; i < bins; ++i) {
    const double hz = static_cast<double>(i) * 32000 / 2048;
    float sum = 0;
    for (int64_t b = 0; b < bands; ++b) {
      EXPECT_GE(filters[static_cast<size_t>(b * bins + i)], 0.0f);
      sum += filters[static_cast<size_t>(b * bins + i)];
    }
    if (hz > MelToHz(step) && hz < MelToHz(step * bands)) {
      EXPECT_NEAR(sum, 1, 1e-5) << hz;
    }
  }
}

}  // namespace
}  // namespace musicgen::audio
