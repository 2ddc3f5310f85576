#include "audio/ogg_links.h"

#include <algorithm>

namespace musicgen::audio {
namespace {

// The page header of RFC 3533, section 6.
constexpr size_t kType = 5;
constexpr size_t kSerial = 14;
constexpr size_t kSegments = 26;
constexpr size_t kHeaderBytes = 27;
constexpr int kBegins = 2;
constexpr size_t kFlacMappingBytes = 9;  // of the first packet, before the FLAC file begins

struct Page {
  size_t begin = 0;
  bool begins = false;  // a stream
  std::string_view serial, lacing, body;
};

// The first page at `at` or behind; moves `at` behind it.
std::optional<Page> NextPage(std::string_view bytes, size_t& at) {
  at = bytes.find("OggS", at);
  if (at == std::string_view::npos || bytes.size() - at < kHeaderBytes) return std::nullopt;
  const std::string_view header = bytes.substr(at, kHeaderBytes);
  Page page;
  page.begin = at;
  page.begins = (header[kType] & kBegins) != 0;
  page.serial = header.substr(kSerial, 4);
  const size_t segments = static_cast<unsigned char>(header[kSegments]);
  page.lacing = bytes.substr(at + kHeaderBytes, segments);
  size_t body_bytes = 0;
  for (const char size : page.lacing) body_bytes += static_cast<unsigned char>(size);
  at += kHeaderBytes + page.lacing.size();
  page.body = bytes.substr(at, body_bytes);
  at += page.body.size();
  return page;
}

}  // namespace

std::vector<std::string_view> OggLinks(std::string_view bytes) {
  std::vector<size_t> begins;
  bool in_headers = false;
  size_t at = 0;
  while (const std::optional<Page> page = NextPage(bytes, at)) {
    if (page->begins && !in_headers) begins.push_back(page->begin);
    in_headers = page->begins;
  }
  if (begins.empty()) return {bytes};
  begins.front() = 0;
  std::vector<std::string_view> links;
  for (size_t i = 0; i < begins.size(); ++i) {
    const size_t end = i + 1 < begins.size() ? begins[i + 1] : bytes.size();
    links.push_back(bytes.substr(begins[i], end - begins[i]));
  }
  return links;
}

std::string OggCoding(std::string_view link) {
  size_t at = 0;
  const std::optional<Page> page = NextPage(link, at);
  const std::string_view packet = page ? page->body : std::string_view();
  constexpr std::pair<std::string_view, const char*> kCodings[] = {
      {"\x7f"
       "FLAC",
       "FLAC"},
      {"\1vorbis", "Vorbis"},
      {"OpusHead", "Opus"},
      {"Speex   ", "Speex"},
      {"\x80theora", "Theora video"},
      {"fishead", "a skeleton of streams"}};
  for (const auto& [magic, name] : kCodings) {
    if (packet.substr(0, magic.size()) == magic) return name;
  }
  return "an unknown coding";
}

std::string UnwrapFlac(std::string_view link) {
  std::string flac;
  std::string_view serial;
  size_t at = 0;
  while (const std::optional<Page> page = NextPage(link, at)) {
    if (serial.empty()) serial = page->serial;
    if (page->serial == serial) flac += page->body;
  }
  return flac.erase(0, std::min(kFlacMappingBytes, flac.size()));
}

}  // namespace musicgen::audio
