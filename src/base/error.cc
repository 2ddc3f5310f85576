#include "base/error.h"

#include <algorithm>
#include <exception>
#include <new>

namespace musicgen {
namespace {

// Bytes of the letter of UTF-8 that `text`, not empty, begins with; 0 when it is none. Long forms
// and halves of pairs pass: terminals show them as unknown letters.
size_t LetterBytes(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const size_t bytes = first < 0x80   ? 1
                       : first < 0xc2 ? 0
                       : first < 0xe0 ? 2
                       : first < 0xf0 ? 3
                                      : 4;
  if (first > 0xf4 || bytes > text.size()) return 0;
  for (size_t i = 1; i < bytes; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  return bytes;
}

}  // namespace

Error CurrentError(std::string_view doing) {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return {ErrorCode::kOutOfMemory, StrCat("out of memory while ", doing)};
  } catch (const std::exception& error) {
    return {ErrorCode::kFailure, StrCat("failed while ", doing, ": ", error.what())};
  }
}

std::string Printable(std::string_view text, size_t limit) {
  std::string out;
  for (size_t at = 0; at < std::min(text.size(), limit);) {
    const size_t bytes = LetterBytes(text.substr(at));
    if (at + bytes > limit) break;  // no half of a letter
    const bool shown = bytes > 1 || (bytes == 1 && text[at] >= 0x20 && text[at] != 0x7f);
    out += shown ? text.substr(at, bytes) : "?";
    at += std::max<size_t>(bytes, 1);
  }
  if (text.size() > limit) out.append(3, '.');
  return out;
}

std::string Listed(std::span<const std::string> names, size_t most) {
  if (names.empty()) return "nothing at all";
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), most); ++i) {
    text += StrCat(i == 0 ? "" : ", ", Printable(names[i]));
  }
  if (names.size() > most) text += StrCat(" and ", names.size() - most, " more");
  return text;
}

}  // namespace musicgen
