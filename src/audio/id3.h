// ID3v2, the tags in front of MP3 files and, by mistake, of others.
#pragma once

#include <string>
#include <string_view>

#include "audio/wav_writer.h"

namespace musicgen::audio {

// The bytes behind the tags they begin with, and behind the zeros after those; all of them where a
// tag goes beyond their end.
std::string_view SkipId3(std::string_view bytes);

// A tag of version 2.4, whose texts are UTF-8: TSSE with the software, COMM with the comment. An
// empty text is left out, without both there is no tag.
std::string MakeId3(const WavMetadata& metadata);

}  // namespace musicgen::audio
