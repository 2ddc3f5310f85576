#include "audio/wav_format.h"

#include <cstdio>

#include "audio/chunks.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

struct Coding {
  uint32_t first, last;
  const char* name;
};

constexpr Coding kCodings[] = {
    {kWavPcm, kWavPcm, "integer samples"},
    {kWavMsAdpcm, kWavMsAdpcm, "Microsoft ADPCM"},
    {kWavFloat, kWavFloat, "float samples"},
    {kWavALaw, kWavALaw, "A-law"},
    {kWavMuLaw, kWavMuLaw, "mu-law"},
    {0x0a, 0x0a, "Windows Media voice"},
    {kWavImaAdpcm, kWavImaAdpcm, "IMA ADPCM"},
    {0x20, 0x20, "Yamaha ADPCM"},
    {0x22, 0x22, "TrueSpeech"},
    {kWavGsm, kWavGsm, "GSM 6.10"},
    {0x40, 0x40, "G.721 ADPCM"},
    {0x42, 0x42, "G.723.1"},
    {0x45, 0x45, "G.726 ADPCM"},
    {0x64, 0x64, "G.726 ADPCM"},
    {0x65, 0x65, "G.722 ADPCM"},
    {kWavMpeg, kWavMpeg, "MPEG audio"},
    {kWavMp3, kWavMp3, "MP3"},
    {0x69, 0x69, "Xbox ADPCM"},
    {0x75, 0x75, "VoxWare"},
    {0x83, 0x83, "G.729"},
    {0x92, 0x92, "AC-3"},
    {0xff, 0xff, "AAC"},
    {0x130, 0x130, "Sipro ACELP"},
    {0x160, 0x163, "Windows Media Audio"},
    {0x270, 0x270, "ATRAC3"},
    {0x1600, 0x1610, "AAC"},
    {0x2000, 0x2000, "AC-3"},
    {0x2001, 0x2001, "DTS"},
    {0x566f, 0x566f, "Vorbis"},
    {0x674f, 0x6771, "Vorbis"},
    {0x706d, 0x706d, "AAC"},
    {0xa109, 0xa109, "Speex"},
    {0xf1ac, 0xf1ac, "FLAC"},
};

}  // namespace

WavFormat ReadWavFormat(std::string_view chunk, bool big_endian, const std::string& where) {
  constexpr size_t kWithoutBits = 14;
  if (chunk.size() < kWithoutBits) {
    ThrowBadInput(where, ": expected a format chunk of at least 14 bytes, found ", chunk.size());
  }
  const auto field = [&](size_t at, size_t bytes) {
    return Integer(chunk.substr(at), bytes, big_endian);
  };
  WavFormat format;
  format.tag = static_cast<uint32_t>(field(0, 2));
  format.channels = field(2, 2);
  format.sample_rate_hz = field(4, 4);
  const uint64_t frame_bytes = field(12, 2);
  if (chunk.size() >= kWithoutBits + 2) format.bits = field(14, 2);
  if (format.bits == 0 && format.channels > 0) format.bits = 8 * frame_bytes / format.channels;
  if (format.tag == kWavExtensible) {  // the tag proper is the beginning of the format's GUID
    format.tag = chunk.size() >= 26 ? static_cast<uint32_t>(field(24, 2)) : kWavPcm;
  }
  // Many writers leave the size of a frame 0 or wrong. It matters for one layout alone.
  format.sample_bytes = (format.bits + 7) / 8;
  if (format.tag == kWavPcm && format.sample_bytes == 3 && frame_bytes == 4 * format.channels) {
    format.sample_bytes = 4;
    format.may_be_right = true;
  }
  return format;
}

std::string WavCodingName(uint32_t tag) {
  for (const Coding& coding : kCodings) {
    if (tag >= coding.first && tag <= coding.last) return coding.name;
  }
  char number[32];
  std::snprintf(number, sizeof number, "the unknown coding 0x%04x", static_cast<unsigned>(tag));
  return number;
}

}  // namespace musicgen::audio
