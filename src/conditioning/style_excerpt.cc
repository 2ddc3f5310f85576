#include "conditioning/style_excerpt.h"

#include <algorithm>
#include <cmath>

#include "audio/convert.h"
#include "base/error.h"

namespace musicgen::conditioning {

Waveform StyleSound(const Waveform& style, int64_t sample_rate_hz, int64_t channels) {
  if (style.samples == 0) ThrowBadInput("style: expected at least one sample, found none");
  Waveform sound = audio::ConvertChannels(
      audio::ConvertAudio(style, sample_rate_hz, std::min(channels, style.channels)), 1);
  if (sound.samples == 0) {  // a few samples of a high rate are less than one of ours
    ThrowBadInput("style: expected at least one sample at ", sample_rate_hz, " Hz, found ",
                  style.samples, " at ", style.sample_rate_hz);
  }
  return sound;
}

StyleExcerpt ChooseExcerpt(int64_t available, int64_t sample_rate_hz, double excerpt_s,
                           std::optional<double> start_s) {
  const auto rate = static_cast<double>(sample_rate_hz);
  const int64_t samples = std::min(static_cast<int64_t>(excerpt_s * rate), available);
  if (!start_s) return {(available - samples) / 2, samples};
  const double start = std::nearbyint(*start_s * rate);
  if (!(start >= 0 && start <= static_cast<double>(available - samples))) {
    ThrowBadInput("style_start: expected the excerpt of ", static_cast<double>(samples) / rate,
                  " s to begin from 0 to ", static_cast<double>(available - samples) / rate,
                  " s, found ", *start_s, ": the sound has ", static_cast<double>(available) / rate,
                  " s");
  }
  return {static_cast<int64_t>(start), samples};
}

Waveform CutExcerpt(const Waveform& sound, const StyleExcerpt& excerpt) {
  Waveform cut(sound.sample_rate_hz, 1, excerpt.samples);
  const int64_t begin = std::min(excerpt.start, sound.samples);
  const int64_t end = std::min(excerpt.start + excerpt.samples, sound.samples);
  std::copy(sound.values.begin() + begin, sound.values.begin() + end, cut.values.begin());
  return cut;
}

}  // namespace musicgen::conditioning
