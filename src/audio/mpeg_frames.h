// Where MPEG audio (MP3 and its older layers) begins in a file.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace musicgen::audio {

// The first of several frames in a row, whatever lies in front: zeros, line ends, tags, a frame cut
// in half. A file that begins with a single frame's header counts too.
std::optional<size_t> FindMpegFrames(std::string_view bytes);

}  // namespace musicgen::audio
