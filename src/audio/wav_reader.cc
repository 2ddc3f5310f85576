#include "audio/wav_reader.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <vector>

#include "audio/interleaved.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

constexpr uint32_t kPcm = 1;
constexpr uint32_t kFloat = 3;
constexpr uint32_t kExtensible = 0xfffe;
constexpr size_t kBlockFrames = 4096;

// Little-endian, from the first `bytes` bytes.
uint64_t Unsigned(std::string_view from, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes; ++i) {
    value |= static_cast<uint64_t>(static_cast<unsigned char>(from[i])) << (8 * i);
  }
  return value;
}

struct Format {
  uint32_t tag = 0;
  size_t channels = 0;
  uint64_t sample_rate_hz = 0;
  size_t sample_bytes = 0;
};

Format ReadFormat(std::string_view chunk, const std::string& where) {
  if (chunk.size() < 16) {
    ThrowBadInput(where, ": expected a format chunk of at least 16 bytes, found ", chunk.size());
  }
  Format format;
  format.tag = static_cast<uint32_t>(Unsigned(chunk, 2));
  format.channels = Unsigned(chunk.substr(2), 2);
  format.sample_rate_hz = Unsigned(chunk.substr(4), 4);
  const uint64_t frame_bytes = Unsigned(chunk.substr(12), 2);
  const uint64_t bits = Unsigned(chunk.substr(14), 2);
  // The tag proper is the beginning of the format's GUID.
  if (format.tag == kExtensible && chunk.size() >= 26) {
    format.tag = static_cast<uint32_t>(Unsigned(chunk.substr(24), 2));
  }
  const bool known = (format.tag == kPcm && bits >= 1 && bits <= 32) ||
                     (format.tag == kFloat && (bits == 32 || bits == 64));
  if (!known) {
    ThrowBadInput(where, ": expected integer or float samples, found WAV format ", format.tag,
                  " of ", bits, " bits");
  }
  format.sample_bytes = (bits + 7) / 8;
  if (frame_bytes != format.channels * format.sample_bytes) {
    ThrowBadInput(where, ": expected frames of ", format.channels * format.sample_bytes,
                  " bytes, found ", frame_bytes);
  }
  return format;
}

// Samples lie at the upper end of their bytes, so that whole bytes are what they are scaled by.
float Sample(std::string_view from, const Format& format) {
  const uint64_t bits = Unsigned(from, format.sample_bytes);
  if (format.tag == kFloat) {
    if (format.sample_bytes == 4) return std::bit_cast<float>(static_cast<uint32_t>(bits));
    return static_cast<float>(std::bit_cast<double>(bits));
  }
  if (format.sample_bytes == 1) return (static_cast<float>(bits) - 128.0f) / 128.0f;
  const uint32_t upper = static_cast<uint32_t>(bits << (32 - 8 * format.sample_bytes));
  return static_cast<float>(static_cast<int32_t>(upper)) / 2147483648.0f;
}

Waveform ReadSamples(std::string_view data, const Format& format, const std::string& where,
                     const ReadLimits& limits) {
  Interleaved sound(where, limits);
  sound.SetFormat(static_cast<int64_t>(format.sample_rate_hz),
                  static_cast<int64_t>(format.channels));
  const size_t frame_bytes = format.channels * format.sample_bytes;
  std::vector<float> block;
  for (size_t frames = data.size() / frame_bytes; frames > 0;) {
    const size_t now = std::min(frames, kBlockFrames);
    block.clear();
    for (size_t i = 0; i < now * format.channels; ++i) {
      block.push_back(Sample(data.substr(i * format.sample_bytes), format));
    }
    sound.Append(block);
    data.remove_prefix(now * frame_bytes);
    frames -= now;
  }
  return sound.Finish();
}

}  // namespace

bool LooksLikeWav(std::string_view bytes) {
  return bytes.size() >= 12 && bytes.substr(0, 4) == "RIFF" && bytes.substr(8, 4) == "WAVE";
}

Waveform DecodeWav(std::string_view bytes, const std::string& where, const ReadLimits& limits) {
  std::optional<Format> format;
  std::string_view rest = bytes.substr(12);
  while (rest.size() >= 8) {
    const std::string_view name = rest.substr(0, 4);
    const uint64_t claimed = Unsigned(rest.substr(4), 4);
    const std::string_view chunk = rest.substr(8, claimed);
    if (name == "fmt ") format = ReadFormat(chunk, where);
    if (name == "data") {
      if (!format) ThrowBadInput(where, ": expected a format chunk before the data, found none");
      return ReadSamples(chunk, *format, where, limits);
    }
    rest.remove_prefix(std::min<uint64_t>(rest.size(), 8 + claimed + claimed % 2));
  }
  ThrowBadInput(where, ": expected a data chunk, found none");
}

}  // namespace musicgen::audio
