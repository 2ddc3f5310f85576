#include "audio/honest_headers.h"

#include <algorithm>

#include "audio/chunks.h"

namespace musicgen::audio {
namespace {

using namespace std::string_literals;

constexpr uint64_t kMostBytes = 0xfffffff0;
constexpr size_t kMostChunkBytes = 1 << 16;  // of a chunk with fields

void PutChunk(std::string_view id, std::string_view data, size_t size_bytes, bool big_endian,
              std::string& to) {
  to += id;
  PutInteger(data.size(), size_bytes, big_endian, to);
  to += data;
  if (size_bytes == 4 && data.size() % 2 == 1) to += '\0';
}

// Puts what all of the file but the first eight bytes is.
std::string Whole(std::string_view name, const std::string& head, uint64_t data_bytes,
                  bool big_endian) {
  std::string whole(name);
  PutInteger(std::min(head.size() + data_bytes, kMostBytes), 4, big_endian, whole);
  return whole + head;
}

}  // namespace

std::string AuHeader(uint32_t encoding, uint64_t sample_rate_hz, uint64_t channels, bool big_endian,
                     uint64_t data_bytes) {
  std::string header = big_endian ? ".snd" : "dns.";
  for (const uint64_t field : {uint64_t{24}, std::min(data_bytes, kMostBytes), uint64_t{encoding},
                               sample_rate_hz, channels}) {
    PutInteger(field, 4, big_endian, header);
  }
  return header;
}

std::string CodedWavHeader(std::string_view format, uint64_t data_bytes) {
  std::string head = "WAVE";
  PutChunk("fmt ", format.substr(0, kMostChunkBytes), 4, false, head);
  head += "data";
  PutInteger(std::min(data_bytes, kMostBytes), 4, false, head);
  return Whole("RIFF", head, data_bytes, false);
}

std::string AiffHeader(std::string_view common, uint64_t data_bytes) {
  std::string head = "AIFC";
  PutChunk("FVER", "\xa2\x80\x51\x40", 4, true, head);
  PutChunk("COMM", common.substr(0, kMostChunkBytes), 4, true, head);
  head += "SSND";
  PutInteger(std::min(data_bytes + 8, kMostBytes), 4, true, head);
  head += "\0\0\0\0\0\0\0\0"s;
  return Whole("FORM", head, data_bytes, true);
}

std::string AiffCommon(std::string_view coding, uint64_t sample_rate_hz, uint64_t channels,
                       uint64_t packets) {
  std::string common;
  PutInteger(channels, 2, true, common);
  PutInteger(std::min(packets, kMostBytes), 4, true, common);
  PutInteger(16, 2, true, common);
  // The rate is a float of 80 bits: its highest bit is 1.
  uint64_t exponent = 16383 + 63;
  while (sample_rate_hz >> 63 == 0 && exponent > 0) {
    sample_rate_hz <<= 1;
    --exponent;
  }
  PutInteger(exponent, 2, true, common);
  PutInteger(sample_rate_hz, 8, true, common);
  common += coding;
  return common + "\0\0"s;
}

std::string CafHeader(std::string_view description, std::string_view cookie,
                      std::string_view packets, uint64_t data_bytes) {
  std::string header = "caff\0\1\0\0"s;
  PutChunk("desc", description, 8, true, header);
  if (!cookie.empty()) PutChunk("kuki", cookie.substr(0, kMostChunkBytes), 8, true, header);
  if (!packets.empty()) PutChunk("pakt", packets, 8, true, header);
  header += "data";
  PutInteger(data_bytes + 4, 8, true, header);
  return header + "\0\0\0\0"s;
}

}  // namespace musicgen::audio
