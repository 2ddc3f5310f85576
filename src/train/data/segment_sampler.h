// Which excerpt of which file each item of an epoch is, as AudioCraft's AudioDataset samples them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "train/data/manifest.h"

namespace musicgen::train {

struct SegmentSettings {
  double segment_s = 30.0;
  double min_segment_ratio = 0.8;  // of a segment that must be sound; the rest may be past the end
  int64_t num_samples = 10000;     // items of an epoch
  bool shuffle = true;             // other items in every epoch
  uint64_t shuffle_seed = 0;
  bool sample_on_weight = true, sample_on_duration = true;  // both off: files alike
  bool permutation_on_files = false;                        // each file once, in a random order
};

struct Segment {
  size_t file = 0;
  double seek_s = 0;
  uint64_t seed = 0;  // of whatever else is drawn for the item
};

class SegmentSampler {
 public:
  // Throws Error(kBadInput) when there is nothing to sample; `where` names the data.
  SegmentSampler(const std::vector<ManifestEntry>& files, const SegmentSettings& settings,
                 const std::string& where);

  // The segment of an item, the same for the same settings. `attempt` is another one of the same
  // item, for files that cannot be read. Thread-safe.
  Segment At(int64_t index, int64_t epoch, int attempt = 0) const;

 private:
  size_t FilePermuted(int64_t index, int64_t epoch) const;

  SegmentSettings settings_;
  std::vector<double> durations_, sums_;  // sums_: of the probabilities up to and with each file
};

// Seeds of a dataset's item: index, or index + num_samples · (epoch + shuffle_seed).
uint64_t SeedOfItem(const SegmentSettings& settings, int64_t index, int64_t epoch);

}  // namespace musicgen::train
