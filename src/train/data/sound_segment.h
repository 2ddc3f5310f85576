// The sound of a segment, as a model is trained with it.
#pragma once

#include <cstdint>
#include <string>

#include "types/waveform.h"

namespace musicgen::train {

struct SoundFormat {
  int64_t sample_rate_hz = 32000;
  int64_t channels = 1;
};

struct SoundSegment {
  Waveform wave;         // exactly so many samples as the segment has
  int64_t n_frames = 0;  // samples that are the file's: zeros follow
};

// Reads from seek_s on, resamples, then makes the channels (audio/convert.h); no gain is changed.
// Throws Error(kBadInput).
SoundSegment ReadSoundSegment(const std::string& path, double seek_s, double segment_s,
                              const SoundFormat& format);

}  // namespace musicgen::train
