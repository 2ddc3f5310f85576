#include "text/t5_positions.h"

#include <algorithm>
#include <cmath>

namespace musicgen::text {

std::vector<int64_t> BucketStarts(int64_t num_buckets, int64_t max_distance) {
  const int64_t buckets = num_buckets / 2;  // of one direction
  const int64_t exact = buckets / 2;
  std::vector<int64_t> starts;
  for (int64_t i = 0; i < exact; ++i) starts.push_back(i);
  // Bucket b begins at the first distance a with (b − exact) ≤ (buckets − exact)·log(a / exact) /
  // log(max_distance / exact). transformers takes these logarithms in float; the slack gives the
  // exact powers (16, 32, 64 with T5's numbers) to the bucket they begin, as it does there.
  const double ratio = static_cast<double>(max_distance) / static_cast<double>(exact);
  for (int64_t b = exact; b < buckets; ++b) {
    const double power = static_cast<double>(b - exact) / static_cast<double>(buckets - exact);
    const double start = static_cast<double>(exact) * std::pow(ratio, power);
    starts.push_back(static_cast<int64_t>(std::ceil(start * (1 - 1e-9))));
  }
  return starts;
}

int64_t RelativeBucket(int64_t relative, const std::vector<int64_t>& starts) {
  const int64_t distance = relative < 0 ? -relative : relative;
  const auto next = std::upper_bound(starts.begin(), starts.end(), distance);
  const int64_t bucket = next - starts.begin() - 1;
  return relative > 0 ? bucket + static_cast<int64_t>(starts.size()) : bucket;
}

}  // namespace musicgen::text
