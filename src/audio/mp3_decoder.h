// MP3 to samples. libmpg123 is used directly rather than through libsndfile, which prints on stderr
// what it dislikes in a file and takes the length in the header for the sound's. It stays behind
// this header.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "audio/read.h"
#include "types/waveform.h"

namespace musicgen::audio {

// Whether the bytes begin with an ID3 tag or an MPEG audio frame.
bool LooksLikeMp3(std::string_view bytes);

// The encoder's delay and padding are taken out where the file tells them. Throws Error(kBadInput)
// that begins with `where`.
Waveform DecodeMp3(std::string_view bytes, const std::string& where, const ReadLimits& limits);

}  // namespace musicgen::audio
