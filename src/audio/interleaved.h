// What a decoder hands over block by block: cut to the excerpt that is wanted, and checked against
// the limits as it comes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "audio/read_limits.h"
#include "musicgen/excerpt.hpp"
#include "types/waveform.h"

namespace musicgen::audio {

// Every function throws Error(kBadInput) that begins with `where`.
class Interleaved {
 public:
  Interleaved(std::string where, const ReadLimits& limits, const Excerpt& excerpt);

  const std::string& where() const { return where_; }
  const ReadLimits& limits() const { return limits_; }
  int64_t sample_rate_hz() const { return sample_rate_hz_; }
  int64_t channels() const { return channels_; }
  // Before the first samples; the same again changes nothing, another format is refused.
  void SetFormat(int64_t sample_rate_hz, int64_t channels);
  void Append(std::span<const float> values);  // whole frames
  // For decoders that know where each frame lies: of all `frames`, leaves out those before the
  // excerpt and returns their number; the next Append() begins behind them.
  int64_t SkipTo(int64_t frames);
  // Nothing more is wanted.
  bool full() const { return channels_ > 0 && !from_end_ && Kept() == wanted_; }
  bool empty() const { return passed_ == 0; }
  // Frames that came or were skipped: where the excerpt begins beyond the end, all of them.
  int64_t passed() const { return passed_; }
  // At least one frame, every value finite.
  Waveform Finish();

 private:
  int64_t Kept() const { return static_cast<int64_t>(values_.size()) / channels_; }
  void KeepLast(int64_t frames);

  std::string where_;
  ReadLimits limits_;
  Excerpt excerpt_;
  int64_t sample_rate_hz_ = 0;
  int64_t channels_ = 0;
  bool from_end_;
  // In frames: the excerpt's distance from the sound's beginning or end, its length, what may be
  // kept and what may be heard before it.
  int64_t distance_ = 0, wanted_ = 0, most_kept_ = 0, most_passed_ = 0;
  int64_t passed_ = 0;  // that came, or were skipped
  std::vector<float> values_;
};

}  // namespace musicgen::audio
