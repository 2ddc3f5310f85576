#include "audio/mpeg_frames.h"

#include <cstdint>

namespace musicgen::audio {
namespace {

constexpr size_t kHeaderBytes = 4;
constexpr int kFramesInARow = 3;  // by chance once in 2^45 bytes

// kbit/s of indices 1 to 14: MPEG 1 layers I, II, III; MPEG 2 layer I, layers II and III.
constexpr int kBitRates[5][15] = {
    {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
    {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
    {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}};
constexpr int kSampleRates[3] = {44100, 48000, 32000};

struct Header {
  uint32_t kind = 0;  // version, layer and sample rate, which stay the same
  size_t bytes = 0;   // of the frame; 0: not told (free format)
};

std::optional<Header> ReadHeader(std::string_view at) {
  if (at.size() < kHeaderBytes) return std::nullopt;
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(at[i])); };
  const uint32_t version = byte(1) >> 3 & 3;  // 0: 2.5, 1: none, 2: 2, 3: 1
  const uint32_t layer = byte(1) >> 1 & 3;    // 0: none, 1: III, 2: II, 3: I
  const uint32_t bit_rate = byte(2) >> 4, sample_rate = byte(2) >> 2 & 3,
                 padding = byte(2) >> 1 & 1;
  if (byte(0) != 0xff || (byte(1) & 0xe0) != 0xe0 || version == 1 || layer == 0 || bit_rate == 15 ||
      sample_rate == 3 || (byte(3) & 3) == 2) {
    return std::nullopt;
  }
  Header header;
  header.kind = version << 4 | layer << 2 | sample_rate;
  if (bit_rate == 0) return header;
  const bool is_first = version == 3, is_layer1 = layer == 3, is_layer3 = layer == 1;
  const int* rates = kBitRates[is_first ? 3 - layer : is_layer1 ? 3 : 4];
  const int hz = kSampleRates[sample_rate] >> (is_first ? 0 : version == 2 ? 1 : 2);
  const int bits_per_second = rates[bit_rate] * 1000;
  if (is_layer1) {
    header.bytes = (static_cast<size_t>(12 * bits_per_second / hz) + padding) * 4;
  } else {
    const int slots = is_layer3 && !is_first ? 72 : 144;
    header.bytes = static_cast<size_t>(slots * bits_per_second / hz) + padding;
  }
  return header;
}

bool BeginsARow(std::string_view bytes) {
  std::optional<Header> header = ReadHeader(bytes);
  for (int frames = 1; header; ++frames) {
    if (frames == kFramesInARow) return true;
    if (header->bytes == 0 || header->bytes > bytes.size()) return false;
    bytes.remove_prefix(header->bytes);
    if (bytes.empty()) return frames > 1;
    const std::optional<Header> next = ReadHeader(bytes);
    if (!next || next->kind != header->kind) return false;
    header = next;
  }
  return false;
}

}  // namespace

std::optional<size_t> FindMpegFrames(std::string_view bytes) {
  for (size_t at = bytes.find('\xff'); at != std::string_view::npos;
       at = bytes.find('\xff', at + 1)) {
    if (BeginsARow(bytes.substr(at))) return at;
  }
  if (ReadHeader(bytes)) return 0;
  return std::nullopt;
}

}  // namespace musicgen::audio
