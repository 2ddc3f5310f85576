// Levels before writing: AudioCraft's audio_write(strategy=…) and its normalize_audio
// (audiocraft/data/audio_utils.py).
#pragma once

#include <cstdint>

#include "musicgen/normalization.hpp"
#include "types/waveform.h"

namespace musicgen::audio {

// Scales `wave` in place:
//   loudness  to −headroom LUFS, tanh if wanted, clamp to ±1. Unchanged when the RMS is below 2e-3
//             or nothing passes the gates of the measurement; a sound shorter than 0.4 s has no
//             loudness (AudioCraft fails) and is scaled as by `peak`;
//   peak      the largest magnitude to −headroom dB; silence stays silence (AudioCraft: NaN);
//   rms       the RMS of the mean over channels to −headroom dB, clamp to ±1;
//   clip      clamp to ±(−peak_clip_headroom dB);
//   none      nothing, whatever the level: such sound is written as float.
// Returns how many samples of all channels the clamp changed. Throws Error(kFailure) when a sample
// is not finite, Error(kBadInput) as IntegratedLoudness does.
int64_t Normalize(Waveform& wave, const NormalizeOptions& options);

// The samples of all channels beyond ±1, which every format clips that stores no floats.
int64_t CountBeyondFullScale(const Waveform& wave);

}  // namespace musicgen::audio
