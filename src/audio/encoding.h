// How a sound becomes a file.
#pragma once

#include <cstdint>

#include "audio/wav_writer.h"
#include "musicgen/sound_format.hpp"
#include "types/waveform.h"

namespace musicgen::audio {

struct Encoding {
  AudioFormat format = AudioFormat::kWav;
  SampleFormat samples = SampleFormat::kPcm16;  // of WAV and FLAC
  WavMetadata metadata;
  // Of MP3 (the nearest that the format has) and Vorbis (the nearest quality). 0: as AudioFormat
  // says.
  int32_t bitrate_kbps = 0;
};

const char* FormatName(AudioFormat format);  // "wav", …

// The format's rate that is nearest from above, or its highest.
int64_t RateFor(AudioFormat format, int64_t sample_rate_hz);
// Throws Error(kBadInput) for samples that the format does not store.
void CheckSamples(const Encoding& encoding);
// Throws Error(kFailure) for a sample that is not finite.
void CheckEncodable(const Waveform& wave);

inline constexpr uint32_t kOggSerial = 0x6d757369;  // any number will do

}  // namespace musicgen::audio
