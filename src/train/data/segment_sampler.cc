#include "train/data/segment_sampler.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "train/data/draws.h"

namespace musicgen::train {
namespace {

// Streams of an item's seed.
enum Stream : uint32_t { kSegment = 0, kPermutation = 1u << 30 };

}  // namespace

SegmentSampler::SegmentSampler(const std::vector<ManifestEntry>& files,
                               const SegmentSettings& settings, const std::string& where)
    : settings_(settings) {
  double sum = 0;
  for (const ManifestEntry& file : files) {
    double weight = 1;
    if (settings.sample_on_weight) weight *= file.weight.value_or(1.0);
    if (settings.sample_on_duration) weight *= file.duration_s;
    sum += weight;
    durations_.push_back(file.duration_s);
    sums_.push_back(sum);
  }
  if (files.empty()) ThrowBadInput(where, ": expected sound files, found none");
  if (!(sum > 0)) ThrowBadInput(where, ": expected a file of weight above 0, found none");
}

size_t SegmentSampler::FilePermuted(int64_t index, int64_t epoch) const {
  const int64_t total = epoch * settings_.num_samples + index,
                count = static_cast<int64_t>(durations_.size());
  std::vector<size_t> order(durations_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  Draws draws(settings_.shuffle_seed + static_cast<uint64_t>(total / count), kPermutation);
  for (size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<size_t>(draws.Below(static_cast<int64_t>(i)))]);
  }
  return order[static_cast<size_t>(total % count)];
}

Segment SegmentSampler::At(int64_t index, int64_t epoch, int attempt) const {
  Segment segment;
  segment.seed = SeedOfItem(settings_, index, epoch);
  Draws draws(segment.seed, kSegment + static_cast<uint32_t>(attempt));
  const double place = draws.Next() * sums_.back();
  if (settings_.permutation_on_files) {
    segment.file = FilePermuted(index, epoch);
  } else {
    const auto at = std::upper_bound(sums_.begin(), sums_.end(), place);
    segment.file = static_cast<size_t>(std::min(at, sums_.end() - 1) - sums_.begin());
  }
  const double most =
      std::max(0.0, durations_[segment.file] - settings_.segment_s * settings_.min_segment_ratio);
  segment.seek_s = draws.Next() * most;
  return segment;
}

uint64_t SeedOfItem(const SegmentSettings& settings, int64_t index, int64_t epoch) {
  if (!settings.shuffle) return static_cast<uint64_t>(index);
  return static_cast<uint64_t>(index) + static_cast<uint64_t>(settings.num_samples) *
                                            (static_cast<uint64_t>(epoch) + settings.shuffle_seed);
}

}  // namespace musicgen::train
