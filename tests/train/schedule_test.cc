#include "train/optim/schedule.h"

#include <gtest/gtest.h>

namespace musicgen::train {
namespace {

TEST(CosineSchedule, HasAudioCraftsValues) {
  const CosineSchedule schedule{.updates = 1000000, .warmup = 4000};
  EXPECT_EQ(schedule.Factor(0), 0.0);
  EXPECT_DOUBLE_EQ(schedule.Factor(2000), 0.5);
  EXPECT_DOUBLE_EQ(schedule.Factor(4000), 1.0);
  EXPECT_NEAR(schedule.Factor(502000), 0.5, 1e-12);
  EXPECT_NEAR(schedule.Factor(1000000), 0.0, 1e-12);
}

TEST(CosineSchedule, EndsAtItsLeastRatio) {
  const CosineSchedule schedule{.updates = 100, .warmup = 20, .min_ratio = 0.03};
  EXPECT_NEAR(schedule.Factor(60), 0.03 + 0.97 / 2, 1e-12);
  EXPECT_NEAR(schedule.Factor(100), 0.03, 1e-12);
}

TEST(CosineSchedule, WithoutWarmUpBeginsInFull) {
  EXPECT_DOUBLE_EQ((CosineSchedule{.updates = 10, .warmup = 0}).Factor(0), 1.0);
}

TEST(CosineSchedule, ShorterThanItsWarmUpNeverFalls) {
  EXPECT_DOUBLE_EQ((CosineSchedule{.updates = 5, .warmup = 10}).Factor(4), 0.4);
}

}  // namespace
}  // namespace musicgen::train
