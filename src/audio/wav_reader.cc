#include "audio/wav_reader.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <string>
#include <vector>

#include "audio/chunks.h"
#include "audio/honest_headers.h"
#include "audio/library_reader.h"
#include "audio/mp3_decoder.h"
#include "audio/sound_kind.h"
#include "audio/wav_format.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

constexpr size_t kBlockFrames = 4096;

// The ends of Wave64's GUIDs.
constexpr std::string_view kWave64Riff("\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0", 12);
constexpr std::string_view kWave64Chunk("\xf3\xac\xd3\x11\x8c\xd1\0\xc0\x4f\x8e\xdb\x8a", 12);

bool IsWave64(std::string_view bytes) {
  return bytes.size() >= 40 && bytes.substr(0, 4) == "riff" && bytes.substr(4, 12) == kWave64Riff &&
         bytes.substr(24, 4) == "wave" && bytes.substr(28, 12) == kWave64Chunk;
}

bool IsRiff(std::string_view bytes) {
  const std::string_view name = bytes.substr(0, 4);
  return bytes.size() >= 12 && bytes.substr(8, 4) == "WAVE" &&
         (name == "RIFF" || name == "RIFX" || name == "RF64" || name == "BW64");
}

struct Parts {
  std::optional<std::string_view> format, data;
  bool big_endian = false;
};

// Their order is free.
Parts Find(std::string_view bytes) {
  ChunkLayout layout;
  layout.big_endian = bytes.substr(0, 4) == "RIFX";
  const bool is_wave64 = IsWave64(bytes);
  if (is_wave64) layout = {16, 8, false, true, 8};
  ChunkReader chunks(bytes.substr(is_wave64 ? 40 : 12), layout);
  Parts parts;
  parts.big_endian = layout.big_endian;
  Chunk chunk;
  while (chunks.Next(chunk) && !(parts.format && parts.data)) {
    const std::string_view name = chunk.id.substr(0, 4);
    if (name == "fmt " && !parts.format) parts.format = chunk.data;
    if (name == "data" && !parts.data) parts.data = chunks.Sound(chunk);
    if (name == "ds64" && chunk.data.size() >= 16) {
      chunks.SetWideDataSize(Integer(chunk.data.substr(8), 8, false));
    }
  }
  return parts;
}

// Samples lie at the upper end of their bytes, so that whole bytes are what they are scaled by.
float Sample(std::string_view from, const WavFormat& format, bool big_endian, int shift) {
  const uint64_t bits = Integer(from, format.sample_bytes, big_endian);
  if (format.tag == kWavFloat) {
    if (format.sample_bytes == 4) return std::bit_cast<float>(static_cast<uint32_t>(bits));
    return static_cast<float>(std::bit_cast<double>(bits));
  }
  if (format.sample_bytes == 1) return (static_cast<float>(bits) - 128.0f) / 128.0f;
  const uint32_t upper = static_cast<uint32_t>(bits << shift);
  return static_cast<float>(static_cast<int32_t>(upper)) / 2147483648.0f;
}

// Whether samples of 3 bytes lie at the lower end of 4: then none goes beyond them.
bool IsRight(std::string_view data, bool big_endian) {
  for (size_t at = 0; at + 4 <= std::min<size_t>(data.size(), 1 << 20); at += 4) {
    const auto value = static_cast<int32_t>(Integer(data.substr(at), 4, big_endian));
    if (value < -(1 << 23) || value >= 1 << 23) return false;
  }
  return true;
}

void ReadSamples(std::string_view data, const WavFormat& format, bool big_endian,
                 Interleaved& sound) {
  sound.SetFormat(static_cast<int64_t>(format.sample_rate_hz),
                  static_cast<int64_t>(format.channels));
  const size_t frame_bytes = format.channels * format.sample_bytes;
  const bool is_right = format.may_be_right && IsRight(data, big_endian);
  const int shift = is_right ? 8 : 32 - 8 * static_cast<int>(format.sample_bytes);
  const size_t all = data.size() / frame_bytes;
  const auto before = static_cast<size_t>(sound.SkipTo(static_cast<int64_t>(all)));
  data.remove_prefix(before * frame_bytes);
  std::vector<float> block;
  for (size_t frames = all - before; frames > 0 && !sound.full();) {
    const size_t now = std::min(frames, kBlockFrames);
    block.clear();
    for (size_t i = 0; i < now * format.channels; ++i) {
      block.push_back(Sample(data.substr(i * format.sample_bytes), format, big_endian, shift));
    }
    sound.Append(block);
    data.remove_prefix(now * frame_bytes);
    frames -= now;
  }
}

}  // namespace

bool LooksLikeWav(std::string_view bytes) { return IsRiff(bytes) || IsWave64(bytes); }

void DecodeWav(std::string_view bytes, Interleaved& sound) {
  const Parts parts = Find(bytes);
  if (!parts.data) {
    ThrowBadInput(sound.where(), ": expected a WAV file with a data chunk, found none");
  }
  if (!parts.format) {
    ThrowBadInput(sound.where(), ": expected a WAV file with a format chunk, found none");
  }
  const WavFormat format = ReadWavFormat(*parts.format, parts.big_endian, sound.where());
  switch (format.tag) {
    case kWavPcm:
      if (format.bits < 1 || format.bits > 32) break;
      return ReadSamples(*parts.data, format, parts.big_endian, sound);
    case kWavFloat:
      if (format.bits != 32 && format.bits != 64) break;
      return ReadSamples(*parts.data, format, parts.big_endian, sound);
    case kWavALaw:
    case kWavMuLaw:
      return DecodeWithLibrary(
          AuHeader(format.tag == kWavALaw ? kAuALaw : kAuMuLaw, format.sample_rate_hz,
                   format.channels, true, parts.data->size()),
          *parts.data, sound);
    case kWavMsAdpcm:
    case kWavImaAdpcm:
    case kWavGsm:
      if (parts.big_endian) break;
      return DecodeWithLibrary(CodedWavHeader(*parts.format, parts.data->size()), *parts.data,
                               sound);
    case kWavMpeg:
    case kWavMp3:
      return DecodeMp3(*parts.data, sound);
    default:
      break;
  }
  ThrowBadInput(sound.where(), ": expected samples of a coding that is read, found WAV with ",
                WavCodingName(format.tag), " of ", format.bits,
                " bits: ", HowToConvert(sound.where()));
}

}  // namespace musicgen::audio
