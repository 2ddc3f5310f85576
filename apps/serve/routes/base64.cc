#include "serve/routes/base64.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace musicgen::serve {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<int8_t, 256> MakeValues() {
  std::array<int8_t, 256> values{};
  for (int8_t& value : values) value = -1;
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<int8_t>(i);
  }
  values['-'] = 62;  // the form for URLs
  values['_'] = 63;
  return values;
}
constexpr std::array<int8_t, 256> kValues = MakeValues();

bool IsSpace(char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; }

}  // namespace

std::string EncodeBase64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (size_t k = 0; k < 4; ++k) {
      text += k <= count ? kAlphabet[bits >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  uint32_t bits = 0;
  size_t letters = 0;
  bool ended = false;
  for (const char c : text) {
    if (IsSpace(c)) continue;
    if (c == '=') {
      ended = true;
      continue;
    }
    const int8_t value = kValues[static_cast<unsigned char>(c)];
    if (value < 0 || ended) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(value);
    if (++letters % 4 != 1) bytes += static_cast<char>(bits >> (6 - 2 * ((letters - 1) % 4)));
  }
  if (letters % 4 == 1) return std::nullopt;
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
