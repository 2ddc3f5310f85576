#include "text/t5_positions.h"

#include <gtest/gtest.h>

namespace musicgen::text {
namespace {

TEST(T5Positions, BeginBucketsWhereT5Does) {
  EXPECT_EQ(BucketStarts(32, 128),
            (std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 32, 46, 64, 91}));
  EXPECT_EQ(BucketStarts(8, 20), (std::vector<int64_t>{0, 1, 2, 7}));
}

TEST(T5Positions, GiveKnownBuckets) {
  const std::vector<int64_t> starts = BucketStarts(32, 128);
  EXPECT_EQ(RelativeBucket(-140, starts), 15);
  EXPECT_EQ(RelativeBucket(-16, starts), 10);
  EXPECT_EQ(RelativeBucket(-1, starts), 1);
  EXPECT_EQ(RelativeBucket(0, starts), 0);
  EXPECT_EQ(RelativeBucket(1, starts), 17);
  EXPECT_EQ(RelativeBucket(7, starts), 23);
  EXPECT_EQ(RelativeBucket(8, starts), 24);
  EXPECT_EQ(RelativeBucket(127, starts), 31);
  EXPECT_EQ(RelativeBucket(1 << 20, starts), 31);
}

TEST(T5Positions, NeverFallWithDistance) {
  const std::vector<int64_t> starts = BucketStarts(32, 128);
  for (int64_t r = 1; r <= 140; ++r) {
    EXPECT_LE(RelativeBucket(r - 1, starts), RelativeBucket(r, starts));
    EXPECT_EQ(RelativeBucket(r, starts), RelativeBucket(-r, starts) + 16);
  }
}

}  // namespace
}  // namespace musicgen::text
