// Sound files of every kind we write. The same sound and metadata give the same bytes: nothing of
// the time or the host goes in.
#pragma once

#include <cstdint>
#include <string>

#include "audio/wav_writer.h"
#include "types/waveform.h"

namespace musicgen::audio {

// Ogg is Vorbis, quality 6; Opus lies in Ogg too, 96 kbit/s a channel; MP3 has 320 kbit/s, as
// AudioCraft's audio_write gives it (160 below 32 kHz, where the format ends).
enum class FileFormat { kWav, kFlac, kOgg, kOpus, kMp3 };

const char* FormatName(FileFormat format);  // "wav", …

// Samples are stored as `encoding` says in WAV, and in FLAC, which has no floats. The other formats
// store none and clip at ±1; where one does not have the sound's rate (Opus: 32 kHz) the sound is
// resampled to the next it has, as julius does. Throws Error(kBadInput) when the format cannot hold
// the sound (channels, rate, float in FLAC, size), Error(kFailure) for a sample that is not finite.
std::string EncodeAudio(const Waveform& wave, FileFormat format, WavEncoding encoding,
                        const WavMetadata& metadata);

}  // namespace musicgen::audio
