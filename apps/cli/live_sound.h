// The sound of `live` on its way to stdout: encoded, and no earlier than somebody will hear it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "cli/options.h"

namespace musicgen::cli {

// A sound file without end, or bare samples.
class LiveEncoder {
 public:
  LiveEncoder(const LiveFlags& flags, const ModelInfo& info);

  std::vector<uint8_t> Write(const Waveform& chunk);
  std::vector<uint8_t> Finish();
  // Says on stderr what was clipped.
  void Report() const;

 private:
  AudioStream stream_;
  const int64_t sample_bytes_;  // of bare samples; 0: a file
  const bool clips_;
  bool began_ = false;
  int64_t clipped_ = 0, samples_ = 0;  // of all channels
};

// How far what was sent is ahead of a listener who began with the first of it and waited wherever
// nothing was there.
class ListenerClock {
 public:
  void Sent(double seconds);
  double AheadSeconds();

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point end_{};  // when the listener has heard all of it
};

}  // namespace musicgen::cli
