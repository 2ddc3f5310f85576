// What libsndfile does not read of Ogg: files behind one another, of which it takes the first, and
// FLAC, which its version 1.2 refuses.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace musicgen::audio {

// The links of a chain (RFC 3533, section 4), as recorders of web radio leave them: one for most
// files. Damaged pages belong to the link they lie in.
std::vector<std::string_view> OggLinks(std::string_view bytes);

// What the first packet says that a link holds: "FLAC", "Vorbis", "Opus", "Speex", "Theora video",
// or "an unknown coding".
std::string OggCoding(std::string_view link);

// FLAC in Ogg as the FLAC file it is made of (xiph.org/flac/ogg_mapping.html).
std::string UnwrapFlac(std::string_view link);

}  // namespace musicgen::audio
