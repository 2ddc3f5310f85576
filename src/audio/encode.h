// Sound files of every kind we write. The same sound and metadata give the same bytes: nothing of
// the time or the host goes in.
#pragma once

#include <string>

#include "audio/encoding.h"
#include "types/waveform.h"

namespace musicgen::audio {

// Samples are stored as `encoding` says in WAV, and in FLAC, which has no floats. The other formats
// store none and clip at ±1; where one does not have the sound's rate (Opus: 32 kHz) the sound is
// resampled to the next it has, as julius does. Throws Error(kBadInput) when the format cannot hold
// the sound (channels, rate, float in FLAC, size), Error(kFailure) for a sample that is not finite.
std::string EncodeAudio(const Waveform& wave, const Encoding& encoding);
inline std::string EncodeAudio(const Waveform& wave, AudioFormat format, SampleFormat samples,
                               const WavMetadata& metadata) {
  return EncodeAudio(wave, {format, samples, metadata});
}

}  // namespace musicgen::audio
