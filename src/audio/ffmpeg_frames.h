// What FFmpeg's decoders give, as samples behind one another.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "audio/ffmpeg.h"
#include "audio/interleaved.h"

namespace musicgen::audio {

// Hands frames over to `sound`. A file that changes its rate or channels on the way goes on at its
// first. Every function throws Error(kBadInput) that begins with sound.where().
class FfmpegFrames {
 public:
  // `duration_s` is what the file says of its length: the last packet's padding behind it is left
  // out. 0: it does not say.
  FfmpegFrames(Interleaved& sound, double duration_s) : sound_(sound), duration_s_(duration_s) {}

  void Append(const AVFrame& frame);
  void Finish();

 private:
  void HandOver(int64_t kept_frames);
  void FinishOther();

  Interleaved& sound_;
  double duration_s_;
  int64_t handed_over_ = 0;           // frames of `sound`
  std::vector<float> held_back_;      // behind them: perhaps padding
  std::optional<Interleaved> other_;  // of another rate or with other channels
};

}  // namespace musicgen::audio
