// Text files as people's editors write them.
#pragma once

#include <string>
#include <vector>

namespace musicgen::common {

// The file's bytes as UTF-8 without a byte order mark; "-" is stdin. UTF-16 and UTF-32 are told by
// their mark. Throws Error(kBadInput) for what cannot be read, a folder, more than 64 MiB, and text
// that is none: bytes that are not UTF-8, NUL.
std::string ReadTextFile(const std::string& path);

// As ReadTextFile, of bytes; `where` begins the sentence of an error.
std::string DecodeText(std::string bytes, const std::string& where);

// The lines, without their ends (LF, CR LF or CR).
std::vector<std::string> Lines(const std::string& text);

}  // namespace musicgen::common
