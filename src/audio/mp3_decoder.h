// MP3 to samples. libmpg123 is used directly rather than through libsndfile, which prints on stderr
// what it dislikes in a file and takes the length in the header for the sound's. It stays behind
// this header.
#pragma once

#include <string_view>

#include "audio/interleaved.h"

namespace musicgen::audio {

// The encoder's delay and padding are taken out where the file tells them. Throws Error(kBadInput)
// that begins with sound.where().
void DecodeMp3(std::string_view bytes, Interleaved& sound);

}  // namespace musicgen::audio
