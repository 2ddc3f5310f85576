#include "audio/convert.h"

#include <algorithm>

#include "audio/resample.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

// A float sum, then a quotient, as torch's mean.
Waveform Mean(const Waveform& wave) {
  Waveform out(wave.sample_rate_hz, 1, wave.samples);
  for (int64_t c = 0; c < wave.channels; ++c) {
    const float* from = wave.channel(c);
    for (int64_t n = 0; n < wave.samples; ++n) out.values[static_cast<size_t>(n)] += from[n];
  }
  for (float& value : out.values) value /= static_cast<float>(wave.channels);
  return out;
}

}  // namespace

Waveform ConvertChannels(const Waveform& wave, int64_t channels) {
  if (wave.channels == channels) return wave;
  if (wave.channels < 1 || channels < 1 || (wave.channels > 1 && wave.channels < channels)) {
    ThrowBadInput("cannot make ", channels, " channels of a sound of ", wave.channels,
                  ": expected one channel, or at least as many");
  }
  if (channels == 1) return Mean(wave);
  Waveform out(wave.sample_rate_hz, channels, wave.samples);
  for (int64_t c = 0; c < channels; ++c) {
    std::copy_n(wave.channel(wave.channels == 1 ? 0 : c), wave.samples, out.channel(c));
  }
  return out;
}

Waveform ConvertAudio(const Waveform& wave, int64_t to_hz, int64_t channels) {
  return ConvertChannels(ResampleJulius(wave, to_hz), channels);
}

}  // namespace musicgen::audio
