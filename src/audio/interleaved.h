// What a decoder hands over block by block, checked against the limits as it comes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "audio/read.h"
#include "types/waveform.h"

namespace musicgen::audio {

// Every function throws Error(kBadInput) that begins with `where`.
class Interleaved {
 public:
  Interleaved(std::string where, const ReadLimits& limits) : where_(where), limits_(limits) {}

  // Before the first samples; the same again changes nothing, another format is refused.
  void SetFormat(int64_t sample_rate_hz, int64_t channels);
  void Append(std::span<const float> values);  // whole frames
  bool empty() const { return values_.empty(); }
  // At least one frame, every value finite.
  Waveform Finish() const;

 private:
  std::string where_;
  ReadLimits limits_;
  int64_t sample_rate_hz_ = 0;
  int64_t channels_ = 0;
  size_t most_values_ = 0;
  std::vector<float> values_;
};

}  // namespace musicgen::audio
