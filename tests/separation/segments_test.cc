#include "separation/segments.h"

#include <gtest/gtest.h>

#include "separation/ht_demucs_config.h"

namespace musicgen::separation {
namespace {

constexpr int64_t kSegment = 343980;  // of the published network

TEST(SegmentsTest, CountsThem) {
  const std::pair<int64_t, size_t> cases[] = {{2, 1},      {257985, 1}, {257986, 2},
                                              {515970, 2}, {515971, 3}, {1323000, 6}};
  for (const auto& [samples, segments] : cases) {
    EXPECT_EQ(SplitInSegments(samples, samples, kSegment).size(), segments) << samples;
  }
  EXPECT_EQ(HtDemucsConfig().segment_samples(), kSegment);
  EXPECT_EQ(HtDemucsConfig().frames(), 336);
}

// A song costs no more than the beginning of it that is wanted.
TEST(SegmentsTest, LeavesOutWhatIsNotWanted) {
  EXPECT_EQ(SplitInSegments(10000000, 1332173, kSegment).size(), 6u);
}

TEST(SegmentsTest, TheLastSeesWhatIsBeforeIt) {
  const std::vector<Segment> segments = SplitInSegments(66150, 66150, 85995);
  ASSERT_EQ(segments.size(), 2u);
  EXPECT_EQ(segments[0].begin, 0);
  EXPECT_EQ(segments[0].samples, 66150);
  EXPECT_EQ(segments[0].input_begin, -9922);
  EXPECT_EQ(segments[1].begin, 64496);
  EXPECT_EQ(segments[1].samples, 1654);
  EXPECT_EQ(segments[1].input_begin, 64496 - 42170);
  EXPECT_EQ(segments[1].skip(), 42170);
}

TEST(SegmentsTest, WeighsThemByATriangle) {
  const std::vector<float> odd = FadeWeights(5), even = FadeWeights(4);
  EXPECT_EQ(odd, (std::vector<float>{1 / 3.0f, 2 / 3.0f, 1, 2 / 3.0f, 1 / 3.0f}));
  EXPECT_EQ(even, (std::vector<float>{0.5f, 1, 1, 0.5f}));
}

}  // namespace
}  // namespace musicgen::separation
