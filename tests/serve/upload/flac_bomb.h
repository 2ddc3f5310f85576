// Hours of silence in a few kilobytes: FLAC frames of 65,535 samples that are all the same.
#pragma once

#include <cstdint>
#include <string>

namespace musicgen::serve {

inline std::string BigEndian(uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i));
  return text;
}

inline uint32_t Crc(const std::string& bytes, uint32_t polynomial, int bits) {
  uint32_t crc = 0;
  for (const char c : bytes) {
    crc ^= static_cast<uint32_t>(static_cast<unsigned char>(c)) << (bits - 8);
    for (int i = 0; i < 8; ++i) {
      crc = (crc << 1) ^ ((crc >> (bits - 1)) & 1 ? polynomial : 0);
    }
    crc &= (1U << bits) - 1;
  }
  return crc;
}

// A frame's number, as UTF-8 writes it.
inline std::string FrameNumber(uint32_t number) {
  if (number < 0x80) return std::string(1, static_cast<char>(number));
  if (number < 0x800) return BigEndian(0xC080 | (number >> 6) << 8 | (number & 0x3F), 2);
  return BigEndian(0xE08080 | (number >> 12) << 16 | (number >> 6 & 0x3F) << 8 | (number & 0x3F),
                   3);
}

inline std::string FlacBomb(double hours, uint64_t rate_hz, uint64_t channels) {
  constexpr uint64_t kBlock = 65535;
  const auto frames = static_cast<uint32_t>(hours * 3600 * static_cast<double>(rate_hz) / kBlock);
  // STREAMINFO: block sizes, frame sizes, then rate (20 bits), channels − 1 (3), bits − 1 (5) and
  // the number of samples (36), which says nothing.
  std::string file = "fLaC" + BigEndian(0x80000022, 4) + BigEndian(kBlock, 2) +
                     BigEndian(kBlock, 2) + std::string(6, '\0') +
                     BigEndian(rate_hz << 44 | (channels - 1) << 41 | uint64_t{7} << 36, 8) +
                     std::string(16, '\0');
  for (uint32_t i = 0; i < frames; ++i) {
    // Sync; block size in 16 bits, rate as in STREAMINFO; channels; 8 bits a sample.
    std::string frame = BigEndian(0xFFF8, 2) + BigEndian(0x70, 1) +
                        BigEndian((channels - 1) << 4 | 1 << 1, 1) + FrameNumber(i) +
                        BigEndian(kBlock - 1, 2);
    frame += BigEndian(Crc(frame, 0x07, 8), 1);
    for (uint64_t c = 0; c < channels; ++c) frame += std::string(2, '\0');  // constant, 0
    frame += BigEndian(Crc(frame, 0x8005, 16), 2);
    file += frame;
  }
  return file;
}

}  // namespace musicgen::serve
