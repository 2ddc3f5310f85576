#include "audio/id3.h"

#include <algorithm>

#include "audio/sndfile_sink.h"

namespace musicgen::audio {
namespace {

using namespace std::string_literals;

constexpr size_t kHeaderBytes = 10;  // of a tag and of its frames
constexpr int kFooterFlag = 0x10;
constexpr char kUtf8 = 3;

// Seven bits a byte.
std::string SyncSafe(size_t value) {
  std::string bytes;
  for (int shift = 21; shift >= 0; shift -= 7) bytes += static_cast<char>((value >> shift) & 0x7f);
  return bytes;
}

std::string Frame(const char* id, const std::string& content) {
  return id + SyncSafe(content.size()) + "\0\0"s + content;
}

}  // namespace

std::string_view SkipId3(std::string_view bytes) {
  std::string_view rest = bytes;
  while (rest.size() >= kHeaderBytes && rest.substr(0, 3) == "ID3") {
    size_t size = 0;
    for (const char c : rest.substr(6, 4)) size = size << 7 | static_cast<size_t>(c & 0x7f);
    size += (rest[5] & kFooterFlag) != 0 ? 2 * kHeaderBytes : kHeaderBytes;
    if (size >= rest.size()) return bytes;
    rest.remove_prefix(size);
    rest.remove_prefix(std::min(rest.find_first_not_of('\0'), rest.size()));
  }
  return rest;
}

std::string MakeId3(const WavMetadata& metadata) {
  std::string frames;
  if (!metadata.software.empty()) {
    frames += Frame("TSSE", kUtf8 + CutText(metadata.software));
  }
  if (!metadata.comment.empty()) {
    frames += Frame("COMM", kUtf8 + "eng\0"s + CutText(metadata.comment));
  }
  if (frames.empty()) return "";
  return "ID3\4\0\0"s + SyncSafe(frames.size()) + frames;
}

}  // namespace musicgen::audio
