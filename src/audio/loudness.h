// Integrated loudness after ITU-R BS.1770-4, as torchaudio.functional.loudness computes it and
// AudioCraft therefore uses it.
#pragma once

#include <cstdint>
#include <optional>

#include "types/waveform.h"

namespace musicgen::audio {

// Samples of one 400 ms block; a shorter sound has no loudness.
int64_t LoudnessBlockSamples(int64_t sample_rate_hz);

// In LUFS; nothing when the sound is shorter than a block, or when no block passes the gates, which
// is silence. Throws Error(kBadInput) for more than five channels or a rate below 100 Hz.
std::optional<double> IntegratedLoudness(const Waveform& wave);

}  // namespace musicgen::audio
