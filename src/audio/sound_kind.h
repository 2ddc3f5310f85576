// Names for the files that people take for sounds we read, told from their first bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace musicgen::audio {

// What is found, and what to do: "M4A (MPEG-4): convert it first, for instance with …". Empty for
// bytes of no kind we know. `where` names the file.
std::string OtherKind(std::string_view bytes, const std::string& where);

// A kind that is read through FFmpeg where that is there.
struct FfmpegKind {
  std::string demuxer;  // FFmpeg's name for it
  std::string name;     // "M4A (MPEG-4)"
};
std::optional<FfmpegKind> FindFfmpegKind(std::string_view bytes);

// What bytes of no kind we know are: text, or "something else".
std::string UnknownKind(std::string_view bytes);

// "convert it first, for instance with …".
std::string HowToConvert(const std::string& where);

}  // namespace musicgen::audio
