#include "text/utf8.h"

#include <algorithm>

namespace musicgen::text {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// What a first byte promises: the length of its sequence (0: it cannot begin one) and the range of
// the second byte, which rules out overlong forms, surrogates and values above U+10FFFF.
struct Lead {
  size_t bytes;
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
};

Lead LeadOf(unsigned char byte) {
  if (byte < 0x80) return {1};
  if (byte < 0xc2) return {0};
  if (byte < 0xe0) return {2};
  if (byte == 0xe0) return {3, 0xa0, 0xbf};
  if (byte == 0xed) return {3, 0x80, 0x9f};
  if (byte < 0xf0) return {3};
  if (byte == 0xf0) return {4, 0x90, 0xbf};
  if (byte < 0xf4) return {4};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {0};
}

}  // namespace

std::string ReplaceInvalidUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    Lead lead = LeadOf(static_cast<unsigned char>(text[at]));
    size_t valid = 1;
    while (valid < lead.bytes && at + valid < text.size()) {
      const auto byte = static_cast<unsigned char>(text[at + valid]);
      if (byte < lead.low || byte > lead.high) break;
      lead.low = 0x80;
      lead.high = 0xbf;
      ++valid;
    }
    out += valid == lead.bytes ? text.substr(at, valid) : kReplacement;
    at += valid;
  }
  return out;
}

CodePoint CodePointAt(std::string_view text, size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const size_t bytes = std::max<size_t>(1, LeadOf(first).bytes);
  uint32_t value = bytes == 1 ? first : first & (0x7fu >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    value = value << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3fu);
  }
  return {value, bytes};
}

bool IsWhiteSpace(uint32_t c) {
  return (c >= 0x9 && c <= 0xd) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

}  // namespace musicgen::text
