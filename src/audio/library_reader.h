// libsndfile as a reader. It stays behind this header.
#pragma once

#include <string>
#include <string_view>

#include "audio/interleaved.h"

namespace musicgen::audio {

// The sound of the file that `head` and `body` are together, to its end, whatever its header says
// of the length. What comes behind other sound takes its rate and channels. Throws Error(kBadInput)
// that begins with sound.where().
void DecodeWithLibrary(const std::string& head, std::string_view body, Interleaved& sound);
// The same, but what the library has against the file's headers is returned: empty if nothing.
std::string TryWithLibrary(const std::string& head, std::string_view body, Interleaved& sound);

}  // namespace musicgen::audio
