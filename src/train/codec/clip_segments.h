// Segments of sound files that a manifest lists.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <string>
#include <vector>

namespace musicgen::train {

struct ClipSegmentSettings {
  int64_t sample_rate_hz = 32000;
  double segment_s = 1.0;
  double min_segment_ratio = 0.5;  // of a segment that sounds; the rest is silence
  uint64_t seed = 0;
};

class ClipSegments {
 public:
  // `path` is a manifest or a folder with a data.jsonl: a JSON object a line, of which "path" and
  // "duration" in seconds are read; relative paths begin at the manifest's folder. Throws
  // Error(kBadInput).
  ClipSegments(const std::string& path, const ClipSegmentSettings& settings);

  // [1, N]: of a file drawn uniformly, from a place drawn uniformly, one channel at the sample
  // rate, zeros behind its end. A SegmentSource.
  at::Tensor Segment(uint64_t index) const;

 private:
  struct Clip {
    std::string path;
    double duration_s;
  };
  ClipSegmentSettings settings_;
  std::vector<Clip> clips_;
};

}  // namespace musicgen::train
