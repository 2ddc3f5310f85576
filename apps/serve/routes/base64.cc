#include "serve/routes/base64.h"

#include <openssl/evp.h>

#include <algorithm>

namespace musicgen::serve {
namespace {

constexpr size_t kMostBytes = size_t{3} << 20;  // at once: the library counts in int

const unsigned char* Bytes(const char* text) {
  return reinterpret_cast<const unsigned char*>(text);
}
unsigned char* Bytes(char* text) { return reinterpret_cast<unsigned char*>(text); }

bool IsSpace(char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; }

// The letters alone, of the usual alphabet. None: something follows the padding.
std::optional<std::string> Letters(std::string_view text) {
  std::string letters;
  letters.reserve(text.size() + 3);
  bool ended = false;
  for (const char c : text) {
    if (IsSpace(c)) continue;
    if (c == '=') {
      ended = true;
      continue;
    }
    if (ended) return std::nullopt;
    letters += c == '-' ? '+' : c == '_' ? '/' : c;  // the form for URLs
  }
  return letters;
}

}  // namespace

std::string EncodeBase64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // the library ends it with a zero
  size_t size = 0;
  for (size_t at = 0; at < bytes.size(); at += kMostBytes) {
    const size_t count = std::min(kMostBytes, bytes.size() - at);
    size += static_cast<size_t>(EVP_EncodeBlock(Bytes(text.data() + size), Bytes(bytes.data() + at),
                                                static_cast<int>(count)));
  }
  text.resize(size);
  return text;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  std::optional<std::string> letters = Letters(text);
  if (!letters || letters->size() % 4 == 1) return std::nullopt;
  const size_t size = letters->size() * 3 / 4;
  letters->resize((letters->size() + 3) / 4 * 4, '=');
  std::string bytes(letters->size() / 4 * 3, '\0');
  constexpr size_t kMostLetters = kMostBytes / 3 * 4;
  for (size_t at = 0; at < letters->size(); at += kMostLetters) {
    const size_t count = std::min(kMostLetters, letters->size() - at);
    const int made = EVP_DecodeBlock(Bytes(bytes.data() + at / 4 * 3), Bytes(letters->data() + at),
                                     static_cast<int>(count));
    if (made != static_cast<int>(count / 4 * 3)) return std::nullopt;
  }
  bytes.resize(size);
  return bytes;
}

std::optional<std::string> DecodeDataUri(std::string_view uri) {
  const size_t comma = uri.find(',');
  if (uri.substr(0, 5) != "data:" || comma == uri.npos || comma > 256) return std::nullopt;
  const std::string_view head = uri.substr(0, comma);
  constexpr std::string_view kBase64 = ";base64";
  if (head.size() < kBase64.size() || head.substr(head.size() - kBase64.size()) != kBase64) {
    return std::nullopt;
  }
  return DecodeBase64(uri.substr(comma + 1));
}

}  // namespace musicgen::serve
