// Which seconds of a sound are its style.
#pragma once

#include <cstdint>
#include <optional>

#include "types/waveform.h"

namespace musicgen::conditioning {

// The mono sound that an excerpt is cut out of: AudioCraft makes the model's rate and channels of
// it, then takes their mean. Throws Error(kBadInput) for an empty sound.
Waveform StyleSound(const Waveform& style, int64_t sample_rate_hz, int64_t channels);

struct StyleExcerpt {
  int64_t start = 0;
  int64_t samples = 0;
};

// int(excerpt_s · rate) samples of a sound of `available`, or all of them where there are fewer:
// from `start_s` on, else the middle, which AudioCraft has as use_middle_of_segment where it does
// not draw. Beginnings are often silence. Throws Error(kBadInput) when the sound ends before the
// excerpt does.
StyleExcerpt ChooseExcerpt(int64_t available, int64_t sample_rate_hz, double excerpt_s,
                           std::optional<double> start_s);

// The excerpt alone, silence where the sound has ended. It is cut before it is resampled, which
// then repeats its first and last samples and does not hear their neighbours.
Waveform CutExcerpt(const Waveform& sound, const StyleExcerpt& excerpt);

}  // namespace musicgen::conditioning
