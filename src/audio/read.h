// Reading sound files of any kind people have. Files are hostile: their kind is told from their
// first bytes, their headers only say where to stop. The audio library stays behind this header.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "types/waveform.h"

namespace musicgen::audio {

// What a file may decode to; a small one can claim, or even hold, very much.
struct ReadLimits {
  double duration_s = 600;
  int64_t channels = 8;
  int64_t values = int64_t{1} << 28;  // samples of all channels together: 1 GiB
};

// WAV, FLAC, Ogg (Vorbis, Opus, FLAC) and MP3 to [C, N] at the file's own rate, from 1
// to 768000 Hz. Integers of b bits are divided by 2^(b−1); floats are taken as they are and may
// exceed ±1. At least one sample. Throws Error(kBadInput) naming the file: unknown or damaged,
// empty, beyond a limit, or with a sample that is not finite.
Waveform ReadAudio(const std::string& path, const ReadLimits& limits = {});
// The same of a file's bytes; `where` names them in messages.
Waveform DecodeAudio(std::string_view bytes, const std::string& where,
                     const ReadLimits& limits = {});

}  // namespace musicgen::audio
