// Text as code points.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace musicgen::text {

// The same text as valid UTF-8: each malformed sequence (its longest valid beginning, at least one
// byte) becomes U+FFFD, which is what Python's and the Unicode standard's decoders do. NUL is a
// character like any other.
std::string ReplaceInvalidUtf8(std::string_view text);

// The code point that begins at text[at], and its length in bytes. `text` must be valid UTF-8 and
// at < text.size().
struct CodePoint {
  uint32_t value;
  size_t bytes;
};
CodePoint CodePointAt(std::string_view text, size_t at);

// Unicode's White_Space property.
bool IsWhiteSpace(uint32_t code_point);

}  // namespace musicgen::text
