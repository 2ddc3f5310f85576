// The kinds of sound file that Apple, Sun and NeXT made: their chunks are read here, their samples
// by libsndfile. A file whose recorder has not written the size of the sound is read to its end.
#pragma once

#include <string_view>

#include "audio/interleaved.h"

namespace musicgen::audio {

bool LooksLikeAiff(std::string_view bytes);
bool LooksLikeAu(std::string_view bytes);
bool LooksLikeCaf(std::string_view bytes);

// Integers, floats, A-law and mu-law; ADPCM (IMA in AIFF-C and CAF; G.721 and G.723 in AU), GSM
// 6.10 (AIFF-C), Apple Lossless (CAF), MP3. Throw Error(kBadInput) that begins with sound.where().
void DecodeAiff(std::string_view bytes, Interleaved& sound);
void DecodeAu(std::string_view bytes, Interleaved& sound);
void DecodeCaf(std::string_view bytes, Interleaved& sound);

}  // namespace musicgen::audio
