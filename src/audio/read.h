// Reading sound files of any kind people have. Files are hostile: their kind is told from their
// first bytes, their headers only say where to stop.
#pragma once

#include <string>
#include <string_view>

#include "audio/read_limits.h"
#include "musicgen/excerpt.hpp"
#include "types/waveform.h"

namespace musicgen::audio {

// WAV and its relatives (RIFX, RF64, BW64, Wave64), AIFF, AU, CAF, FLAC, Ogg (Vorbis, Opus, FLAC),
// MP3 and, where FFmpeg's libraries are there, M4A, MP4, WebM and others to [C, N] at the file's
// own rate, from 1 to 768000 Hz; tags in front and, for MP3, anything else are skipped. Integers of
// b bits are divided by 2^(b−1); floats are taken as they are and may exceed ±1. At least one
// sample. Throws Error(kBadInput) naming the file: unknown (and what it is instead) or damaged,
// empty, beyond a limit, shorter than the excerpt's beginning, or with a sample that is not finite.
Waveform ReadAudio(const std::string& path, const Excerpt& excerpt = {},
                   const ReadLimits& limits = {});
// The same of a file's bytes; `where` names them in messages.
Waveform DecodeAudio(std::string_view bytes, const std::string& where, const Excerpt& excerpt = {},
                     const ReadLimits& limits = {});

// Opens the libraries that DecodeAudio needs for these bytes, so that it opens no file.
void LoadDecoder(std::string_view bytes);

// What a file holds: all of it is gone through, nothing kept, so that only limits.passed_s counts.
struct SoundInfo {
  int64_t sample_rate_hz = 0;
  int64_t channels = 0;
  int64_t samples = 0;  // per channel
};
SoundInfo ReadSoundInfo(const std::string& path, const ReadLimits& limits = {});
SoundInfo DecodeSoundInfo(std::string_view bytes, const std::string& where,
                          const ReadLimits& limits = {});

}  // namespace musicgen::audio
