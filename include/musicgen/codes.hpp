#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace musicgen {

// EnCodec codes [K, T] of one sample, codebook-major. Stereo: K = 8, left and right interleaved (1L
// 1R 2L 2R …).
struct Codes {
  int64_t codebooks = 0;  // K
  int64_t frames = 0;     // T
  std::vector<int32_t> values;

  Codes() = default;
  Codes(int64_t k, int64_t t) : codebooks(k), frames(t), values(static_cast<size_t>(k * t)) {}
  int32_t& at(int64_t k, int64_t t) { return values[static_cast<size_t>(k * frames + t)]; }
  int32_t at(int64_t k, int64_t t) const { return values[static_cast<size_t>(k * frames + t)]; }
};

}  // namespace musicgen
