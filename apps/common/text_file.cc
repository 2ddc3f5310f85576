#include "common/text_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string_view>

#include "common/errors.h"
#include "common/json_input.h"

namespace musicgen::common {
namespace {

constexpr size_t kMostBytes = size_t{64} << 20;
constexpr std::string_view kMark = "\xEF\xBB\xBF";  // U+FEFF, which some editors put in front

void AppendUtf8(uint32_t c, std::string* text) {
  const auto put = [&](uint32_t byte) { text->push_back(static_cast<char>(byte)); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0 | c >> 6);
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
  }
  put(0x80 | (c & 0x3F));
}

// UTF-16 or UTF-32, by the bytes of a unit.
std::string FromUnits(std::string_view bytes, size_t unit, bool big_endian,
                      const std::string& where) {
  const std::string name = unit == 2 ? "UTF-16" : "UTF-32";
  if (bytes.size() % unit != 0) BadInput(where + ": " + name + " that ends within a letter");
  std::string text;
  uint32_t high = 0;  // the first half of a pair
  for (size_t at = 0; at < bytes.size(); at += unit) {
    uint32_t c = 0;
    for (size_t i = 0; i < unit; ++i) {
      c = c << 8 | static_cast<unsigned char>(bytes[at + (big_endian ? i : unit - 1 - i)]);
    }
    const bool is_high = c >= 0xD800 && c < 0xDC00, is_low = c >= 0xDC00 && c < 0xE000;
    const bool fits = unit == 2 ? is_low == (high != 0) : !is_high && !is_low && c < 0x110000;
    if (!fits) BadInput(where + ": not valid " + name + " at byte " + std::to_string(at));
    if (unit == 2 && is_high) {
      high = c;
      continue;
    }
    AppendUtf8(is_low ? 0x10000 + ((high - 0xD800) << 10) + (c - 0xDC00) : c, &text);
    high = 0;
  }
  if (high != 0) BadInput(where + ": " + name + " that ends within a letter");
  return text;
}

bool StartsWith(const std::string& text, std::string_view begin) {
  return text.compare(0, begin.size(), begin) == 0;
}

std::string ReadAll(std::istream& stream, const std::string& where) {
  std::string bytes(kMostBytes + 1, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(stream.gcount()));
  if (bytes.size() > kMostBytes) BadInput(where + ": expected at most 64 MiB of text, found more");
  return bytes;
}

}  // namespace

std::string ReadTextFile(const std::string& path) {
  if (path == "-") return DecodeText(ReadAll(std::cin, "stdin"), "stdin");
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    BadInput("cannot read " + path + ": expected a text file, found a directory");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) BadInput("cannot read " + path + ": " + std::strerror(errno));
  return DecodeText(ReadAll(file, path), path);
}

std::string DecodeText(std::string bytes, const std::string& where) {
  using namespace std::string_view_literals;
  if (StartsWith(bytes, "\xFF\xFE\0\0"sv)) {
    bytes = FromUnits(std::string_view(bytes).substr(4), 4, false, where);
  } else if (StartsWith(bytes, "\0\0\xFE\xFF"sv)) {
    bytes = FromUnits(std::string_view(bytes).substr(4), 4, true, where);
  } else if (StartsWith(bytes, "\xFF\xFE"sv) || StartsWith(bytes, "\xFE\xFF"sv)) {
    bytes = FromUnits(std::string_view(bytes).substr(2), 2, bytes[0] == '\xFE', where);
  }
  // Also between files that were joined.
  for (size_t at = bytes.find(kMark); at != std::string::npos; at = bytes.find(kMark, at)) {
    if (at > 0 && bytes[at - 1] != '\n' && bytes[at - 1] != '\r') {
      at += kMark.size();
    } else {
      bytes.erase(at, kMark.size());
    }
  }
  if (bytes.find('\0') != std::string::npos) {
    BadInput(where +
             ": expected text in UTF-8, or in UTF-16 that begins with a byte order mark, "
             "found a NUL byte at " +
             std::to_string(bytes.find('\0')));
  }
  if (!IsUtf8(bytes)) {
    const std::vector<std::string> lines = Lines(bytes);
    const auto wrong = std::find_if_not(lines.begin(), lines.end(), IsUtf8) - lines.begin();
    BadInput(where + ", line " + std::to_string(wrong + 1) +
             ": expected text in UTF-8, found other bytes: save the file as UTF-8");
  }
  return bytes;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find_first_of("\r\n", at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + (text.compare(end, 2, "\r\n") == 0 ? 2 : 1);
  }
  return lines;
}

}  // namespace musicgen::common
