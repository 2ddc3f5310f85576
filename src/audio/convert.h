// AudioCraft's convert_audio: the sample rate and channels a model wants.
#pragma once

#include "types/waveform.h"

namespace musicgen::audio {

// As many channels: kept; to one: their mean; one to many: repeated; to fewer: the first ones.
// More out of several is Error(kBadInput).
Waveform ConvertChannels(const Waveform& wave, int64_t channels);

// Resamples as julius does, then converts channels.
Waveform ConvertAudio(const Waveform& wave, int64_t to_hz, int64_t channels);

}  // namespace musicgen::audio
