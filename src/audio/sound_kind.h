// Names for the files that people take for sounds we read, told from their first bytes.
#pragma once

#include <string>
#include <string_view>

namespace musicgen::audio {

// What is found, and what to do: "M4A (MPEG-4): convert it first, for instance with …". Empty for
// bytes of no kind we know. `where` names the file.
std::string OtherKind(std::string_view bytes, const std::string& where);

// The same of bytes in which nothing else was found: text, or "something else".
std::string UnknownKind(std::string_view bytes);

// "convert it first, for instance with …".
std::string HowToConvert(const std::string& where);

}  // namespace musicgen::audio
