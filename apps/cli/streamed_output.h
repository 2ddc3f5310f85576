// Sound on its way to stdout while it is made.
#pragma once

#include <cstdint>

#include "cli/options.h"

namespace musicgen::cli {

class StreamedOutput {
 public:
  // The length is known before the sound. Setting a level by loudness, peak or rms needs the whole
  // sound: a stream has a fixed gain of 1, clipped at full scale, and says so when `talkative`.
  StreamedOutput(const AudioFlags& flags, const ModelInfo& info, int64_t samples, bool talkative);

  // Throws Error(kFailure) when nobody takes the bytes.
  void Write(const Waveform& chunk);
  // Says on stderr what was clipped.
  void Finish() const;

 private:
  AudioStream wav_;
  bool clips_;
  int64_t clipped_ = 0, samples_ = 0;  // of all channels
};

}  // namespace musicgen::cli
