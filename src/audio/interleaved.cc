#include "audio/interleaved.h"

#include <algorithm>
#include <cmath>

#include "audio/resample.h"
#include "base/check.h"
#include "base/error.h"

namespace musicgen::audio {

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
  const double frames = limits_.duration_s * static_cast<double>(sample_rate_hz);
  const int64_t most = static_cast<int64_t>(std::min(frames, 1e12));
  most_values_ = static_cast<size_t>(std::min(most * channels, limits_.values));
}

void Interleaved::Append(std::span<const float> values) {
  if (values.empty()) return;
  MG_CHECK_LT(0, channels_);
  if (values.size() > most_values_ - values_.size()) {
    const double seconds =
        static_cast<double>(most_values_) / static_cast<double>(channels_ * sample_rate_hz_);
    ThrowBadInput(where_, ": expected at most ", seconds, " s of sound of ", channels_,
                  " channels, found more");
  }
  values_.insert(values_.end(), values.begin(), values.end());
}

Waveform Interleaved::Finish() const {
  if (empty()) ThrowBadInput(where_, ": expected at least one sample of sound, found none");
  Waveform wave(sample_rate_hz_, channels_, static_cast<int64_t>(values_.size()) / channels_);
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
