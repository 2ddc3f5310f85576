#include "audio/append_converted.h"

#include <vector>

#include "audio/convert.h"

namespace musicgen::audio {

void AppendConverted(const Waveform& other, Interleaved& sound) {
  const Waveform wave = ConvertAudio(other, sound.sample_rate_hz(), sound.channels());
  std::vector<float> frames(wave.values.size());
  for (int64_t c = 0; c < wave.channels; ++c) {
    for (int64_t n = 0; n < wave.samples; ++n) {
      frames[static_cast<size_t>(n * wave.channels + c)] = wave.channel(c)[n];
    }
  }
  sound.Append(frames);
}

}  // namespace musicgen::audio
