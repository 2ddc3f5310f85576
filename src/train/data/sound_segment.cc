#include "train/data/sound_segment.h"

#include <algorithm>

#include "audio/convert.h"
#include "audio/read.h"

namespace musicgen::train {

SoundSegment ReadSoundSegment(const std::string& path, double seek_s, double segment_s,
                              const SoundFormat& format) {
  const Waveform read =
      audio::ConvertAudio(audio::ReadAudio(path, {.start_s = seek_s, .duration_s = segment_s}),
                          format.sample_rate_hz, format.channels);
  const auto samples = static_cast<int64_t>(segment_s * static_cast<double>(format.sample_rate_hz));
  SoundSegment segment{Waveform(format.sample_rate_hz, format.channels, samples),
                       std::min(read.samples, samples)};
  for (int64_t c = 0; c < format.channels; ++c) {
    std::copy_n(read.channel(c), segment.n_frames, segment.wave.channel(c));
  }
  return segment;
}

}  // namespace musicgen::train
