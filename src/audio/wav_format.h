// What a WAV file's format chunk says of its samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace musicgen::audio {

// WAVE_FORMAT_… of mmreg.h.
enum WavTag : uint32_t {
  kWavPcm = 1,
  kWavMsAdpcm = 2,
  kWavFloat = 3,
  kWavALaw = 6,
  kWavMuLaw = 7,
  kWavImaAdpcm = 0x11,
  kWavGsm = 0x31,
  kWavMpeg = 0x50,
  kWavMp3 = 0x55,
  kWavExtensible = 0xfffe,
};

struct WavFormat {
  uint32_t tag = 0;  // never kWavExtensible
  size_t channels = 0;
  uint64_t sample_rate_hz = 0;
  uint64_t bits = 0;
  size_t sample_bytes = 0;    // of plain samples: those that one takes up
  bool may_be_right = false;  // 3 bytes in 4: at the upper end, or the lower
};

// Throws Error(kBadInput) that begins with `where`.
WavFormat ReadWavFormat(std::string_view chunk, bool big_endian, const std::string& where);

// "G.726 ADPCM", or the tag's number.
std::string WavCodingName(uint32_t tag);

}  // namespace musicgen::audio
