#include "audio/interleaved.h"

#include <algorithm>
#include <cmath>

#include "audio/resample.h"
#include "base/check.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

constexpr double kEndless = 1e15;        // frames
constexpr int64_t kSpareFrames = 65536;  // that may gather before the oldest are dropped

int64_t Frames(double seconds, int64_t sample_rate_hz) {
  return static_cast<int64_t>(std::min(seconds * static_cast<double>(sample_rate_hz), kEndless));
}

}  // namespace

Interleaved::Interleaved(std::string where, const ReadLimits& limits, const Excerpt& excerpt)
    : where_(std::move(where)),
      limits_(limits),
      excerpt_(excerpt),
      from_end_(excerpt.start_s < 0) {}

void Interleaved::SetFormat(int64_t sample_rate_hz, int64_t channels) {
  if (channels < 1 || channels > limits_.channels) {
    ThrowBadInput(where_, ": expected from 1 to ", limits_.channels, " channels, found ", channels);
  }
  if (sample_rate_hz < 1 || sample_rate_hz > kMostSampleRate) {
    ThrowBadInput(where_, ": expected a sample rate from 1 to ", kMostSampleRate, " Hz, found ",
                  sample_rate_hz);
  }
  if (!empty() && (sample_rate_hz != sample_rate_hz_ || channels != channels_)) {
    ThrowBadInput(where_, ": expected one sample rate and number of channels, found a change from ",
                  sample_rate_hz_, " Hz and ", channels_, " to ", sample_rate_hz, " Hz and ",
                  channels);
  }
  sample_rate_hz_ = sample_rate_hz;
  channels_ = channels;
  most_kept_ = std::min(Frames(limits_.duration_s, sample_rate_hz), limits_.values / channels);
  most_passed_ = Frames(limits_.passed_s, sample_rate_hz);
  distance_ = Frames(std::abs(excerpt_.start_s), sample_rate_hz);
  wanted_ = Frames(excerpt_.duration_s > 0 ? excerpt_.duration_s : kEndless, sample_rate_hz);
  if (wanted_ < 1 || (from_end_ && distance_ < 1)) {
    ThrowBadInput(where_, ": expected an excerpt of at least one sample of 1/", sample_rate_hz,
                  " s, found ",
                  from_end_ && distance_ < 1 ? -excerpt_.start_s : excerpt_.duration_s, " s");
  }
}

void Interleaved::Append(std::span<const float> values) {
  if (values.empty()) return;
  MG_CHECK_LT(0, channels_);
  const int64_t frames = static_cast<int64_t>(values.size()) / channels_;
  if (!from_end_) {
    const int64_t before = std::clamp<int64_t>(distance_ - passed_, 0, frames);
    const int64_t now = std::min(frames - before, wanted_ - Kept());
    values = values.subspan(static_cast<size_t>(before * channels_),
                            static_cast<size_t>(now * channels_));
  }
  passed_ += frames;
  if (passed_ > most_passed_) {
    ThrowBadInput(where_, ": expected at most ", limits_.passed_s / 3600,
                  " h of sound, found more");
  }
  values_.insert(values_.end(), values.begin(), values.end());
  if (from_end_ && Kept() - distance_ > kSpareFrames + distance_ / 4) KeepLast(distance_);
  if ((from_end_ ? std::min(Kept(), distance_) : Kept()) > most_kept_) {
    ThrowBadInput(where_, ": expected at most ",
                  static_cast<double>(most_kept_) / static_cast<double>(sample_rate_hz_),
                  " s of sound, found more");
  }
}

int64_t Interleaved::SkipTo(int64_t frames) {
  const int64_t before =
      from_end_ ? std::max<int64_t>(frames - distance_, 0) : std::min(frames, distance_);
  passed_ += before;
  return before;
}

void Interleaved::KeepLast(int64_t frames) {
  const int64_t more = Kept() - frames;
  if (more > 0) values_.erase(values_.begin(), values_.begin() + more * channels_);
}

Waveform Interleaved::Finish() {
  if (empty()) ThrowBadInput(where_, ": expected at least one sample of sound, found none");
  if (values_.empty()) {
    ThrowBadInput(where_, ": expected sound from ", excerpt_.start_s, " s on, found ",
                  static_cast<double>(passed_) / static_cast<double>(sample_rate_hz_),
                  " s of it in all");
  }
  if (from_end_) KeepLast(distance_);
  Waveform wave(sample_rate_hz_, channels_, std::min(Kept(), wanted_));
  for (int64_t c = 0; c < channels_; ++c) {
    float* to = wave.channel(c);
    for (int64_t n = 0; n < wave.samples; ++n) {
      to[n] = values_[static_cast<size_t>(n * channels_ + c)];
      if (!std::isfinite(to[n])) {
        ThrowBadInput(where_, ": sample ", n, " of channel ", c, " is not a finite number");
      }
    }
  }
  return wave;
}

}  // namespace musicgen::audio
