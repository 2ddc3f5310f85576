// WAV and its relatives RIFX, RF64, BW64 and Wave64 to samples, by our own reading of their chunks:
// libsndfile can be made to search a lying header without end.
#pragma once

#include <string_view>

#include "audio/interleaved.h"

namespace musicgen::audio {

bool LooksLikeWav(std::string_view bytes);

// Integers of up to 32 bits, floats of 32 and 64, plain or WAVE_FORMAT_EXTENSIBLE; A-law, mu-law,
// ADPCM (IMA, Microsoft), GSM 6.10 and MP3. A data chunk that claims more than the file has, or
// nothing at all, as recorders leave it, ends with the file. Throws Error(kBadInput) that begins
// with sound.where().
void DecodeWav(std::string_view bytes, Interleaved& sound);

}  // namespace musicgen::audio
