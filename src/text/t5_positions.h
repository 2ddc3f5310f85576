// T5's relative position buckets (Raffel et al. 2020, section 2.1).
#pragma once

#include <cstdint>
#include <vector>

namespace musicgen::text {

// The distances at which the buckets of one direction begin: 0, 1, 2, … exactly, the upper half
// logarithmically up to max_distance. For 32 buckets and distance 128: 0 … 7, 8, 12, 16, 23, 32,
// 46, 64, 91. num_buckets must be a multiple of 4, max_distance > num_buckets / 4.
std::vector<int64_t> BucketStarts(int64_t num_buckets, int64_t max_distance);

// The bucket of `relative` = key − query; keys after the query use the upper half.
int64_t RelativeBucket(int64_t relative, const std::vector<int64_t>& starts);

}  // namespace musicgen::text
