#include "audio/ogg_pages.h"

#include <array>
#include <string_view>

#include "base/check.h"

namespace musicgen::audio {
namespace {

// The page header of RFC 3533, section 6.
constexpr size_t kSerial = 14;
constexpr size_t kChecksum = 22;
constexpr size_t kSegments = 26;
constexpr size_t kHeader = 27;

// CRC-32 with polynomial 0x04c11db7, most significant bit first, starting from 0.
constexpr std::array<uint32_t, 256> MakeTable() {
  std::array<uint32_t, 256> table = {};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i << 24;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value << 1) ^ ((value & 0x80000000u) != 0 ? 0x04c11db7u : 0u);
    }
    table[i] = value;
  }
  return table;
}

uint32_t Checksum(std::string_view page) {
  static constexpr std::array<uint32_t, 256> kTable = MakeTable();
  uint32_t sum = 0;
  for (const char byte : page) {
    sum = (sum << 8) ^ kTable[(sum >> 24) ^ static_cast<unsigned char>(byte)];
  }
  return sum;
}

void Put(std::string& bytes, size_t at, uint32_t value) {
  for (size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i));
}

size_t PageBytes(std::string_view rest) {
  MG_CHECK(rest.size() >= kHeader && rest.substr(0, 4) == "OggS");
  const size_t segments = static_cast<unsigned char>(rest[kSegments]);
  size_t bytes = kHeader + segments;
  MG_CHECK_LE(bytes, rest.size());
  for (const char size : rest.substr(kHeader, segments)) bytes += static_cast<unsigned char>(size);
  MG_CHECK_LE(bytes, rest.size());
  return bytes;
}

}  // namespace

void SetOggSerial(std::string& bytes, uint32_t serial) {
  for (size_t at = 0; at < bytes.size();) {
    const size_t size = PageBytes(std::string_view(bytes).substr(at));
    Put(bytes, at + kSerial, serial);
    Put(bytes, at + kChecksum, 0);
    Put(bytes, at + kChecksum, Checksum(std::string_view(bytes).substr(at, size)));
    at += size;
  }
}

}  // namespace musicgen::audio
