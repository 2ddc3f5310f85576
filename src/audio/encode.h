// Sound files of every kind we write. The same sound and metadata give the same bytes: nothing of
// the time or the host goes in.
#pragma once

#include <cstdint>
#include <string>

#include "audio/wav_writer.h"
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

// Samples are stored as `encoding` says in WAV, and in FLAC, which has no floats. The other formats
// store none and clip at ±1; where one does not have the sound's rate (Opus: 32 kHz) the sound is
// resampled to the next it has, as julius does. Throws Error(kBadInput) when the format cannot hold
// the sound (channels, rate, float in FLAC, size), Error(kFailure) for a sample that is not finite.
std::string EncodeAudio(const Waveform& wave, const Encoding& encoding);
inline std::string EncodeAudio(const Waveform& wave, AudioFormat format, SampleFormat samples,
                               const WavMetadata& metadata) {
  return EncodeAudio(wave, {format, samples, metadata});
}

// The format's rate that is nearest from above, or its highest.
int64_t RateFor(AudioFormat format, int64_t sample_rate_hz);
// Throws Error(kBadInput) for samples that the format does not store.
void CheckSamples(const Encoding& encoding);
// Throws Error(kFailure) for a sample that is not finite.
void CheckEncodable(const Waveform& wave);

inline constexpr uint32_t kOggSerial = 0x6d757369;  // any number will do

}  // namespace musicgen::audio
