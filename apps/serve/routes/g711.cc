#include "serve/routes/g711.h"

#include <algorithm>
#include <cstdint>

namespace musicgen::serve {
namespace {

// The segment of a magnitude: the place of its highest bit above `lowest`.
int Segment(int magnitude, int lowest) {
  int segment = 0;
  while (segment < 7 && magnitude >> (lowest + segment + 1) != 0) ++segment;
  return segment;
}

uint8_t MuLaw(int sample) {
  constexpr int kBias = 0x84, kMost = 32635;
  const int sign = sample < 0 ? 0x80 : 0;
  const int magnitude = std::min(sample < 0 ? -sample : sample, kMost) + kBias;
  const int segment = Segment(magnitude, 7);
  const int mantissa = magnitude >> (segment + 3) & 0x0F;
  return static_cast<uint8_t>(~(sign | segment << 4 | mantissa));
}

uint8_t ALaw(int sample) {
  const int sign = sample < 0 ? 0 : 0x80;
  const int magnitude = std::min(sample < 0 ? -sample - 1 : sample, 32767);
  const int segment = magnitude < 256 ? 0 : Segment(magnitude, 7);
  const int mantissa = magnitude >> (segment == 0 ? 4 : segment + 3) & 0x0F;
  return static_cast<uint8_t>((sign | segment << 4 | mantissa) ^ 0x55);
}

}  // namespace

std::string EncodeG711(G711Law law, std::string_view pcm) {
  std::string bytes;
  bytes.reserve(pcm.size() / 2);
  for (size_t i = 0; i + 1 < pcm.size(); i += 2) {
    const int low = static_cast<unsigned char>(pcm[i]);
    const int sample = static_cast<int16_t>(low | static_cast<unsigned char>(pcm[i + 1]) << 8);
    bytes += static_cast<char>(law == G711Law::kMu ? MuLaw(sample) : ALaw(sample));
  }
  return bytes;
}

}  // namespace musicgen::serve
