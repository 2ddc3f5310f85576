// A sound file of any format that is sent while it is made.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "audio/encoding.h"
#include "types/waveform.h"

namespace musicgen::audio {

struct StreamShape {
  int64_t sample_rate_hz = 0;
  int64_t channels = 0;
  int64_t samples = -1;  // per channel, that will come; -1: unknown
};

class StreamEncoder {
 public:
  // Throws Error(kBadInput) for what the format does not hold, Error(kUnsupported) for a rate it
  // does not have: resampling would need what is to come.
  StreamEncoder(const Encoding& encoding, const StreamShape& shape);
  ~StreamEncoder();

  // The bytes that are ready, maybe none yet. Together they are EncodeAudio's of the whole sound,
  // but for what that puts into the beginning at the end: of WAV the comment, of FLAC length and
  // checksum, of MP3 its table for seeking. Throw Error(kBadInput) for other channels, more or
  // fewer samples than a WAV file was to have, or anything after the end.
  std::string Write(const Waveform& chunk);
  std::string Finish();

 private:
  class Sink;

  std::string Start();

  const Encoding encoding_;
  const StreamShape shape_;
  std::unique_ptr<Sink> sink_;  // none of WAV
  int64_t written_ = 0;         // samples per channel
  bool started_ = false, finished_ = false;
};

}  // namespace musicgen::audio
