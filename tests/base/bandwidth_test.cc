#include "base/bandwidth.h"

#include <gtest/gtest.h>

namespace musicgen {
namespace {

TEST(BandwidthTest, IsThatOfSomeMemory) {
  ThreadPool pool(2);
  const double bytes_per_second = MeasureReadBandwidth(pool, size_t{16} << 20);
  EXPECT_GT(bytes_per_second, 1e6);
  EXPECT_LT(bytes_per_second, 1e14);
}

TEST(BandwidthTest, ThreadsWithoutAShareDoNoHarm) {
  ThreadPool pool(3);
  EXPECT_GT(MeasureReadBandwidth(pool, size_t{2} << 20), 0);
}

}  // namespace
}  // namespace musicgen
