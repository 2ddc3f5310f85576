// WAV to samples, by our own reading of the RIFF chunks: libsndfile can be made to search a lying
// header without end.
#pragma once

#include <string>
#include <string_view>

#include "audio/read.h"
#include "types/waveform.h"

namespace musicgen::audio {

bool LooksLikeWav(std::string_view bytes);

// Integers of 8, 16, 24 and 32 bits, floats of 32 and 64, plain or WAVE_FORMAT_EXTENSIBLE. A data
// chunk that claims more than the file has, as streams do, ends with the file. Throws
// Error(kBadInput) that begins with `where`.
Waveform DecodeWav(std::string_view bytes, const std::string& where, const ReadLimits& limits);

}  // namespace musicgen::audio
