#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
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

  // Frames [begin, end).
  Codes Columns(int64_t begin, int64_t end) const {
    Codes part(codebooks, end - begin);
    for (int64_t k = 0; k < codebooks; ++k) {
      const auto row = values.begin() + static_cast<std::ptrdiff_t>(k * frames);
      std::copy(row + begin, row + end,
                part.values.begin() + static_cast<std::ptrdiff_t>(k * part.frames));
    }
    return part;
  }
  // Puts `more`, of as many codebooks, behind these frames.
  void Append(const Codes& more) {
    Codes joined(more.codebooks, frames + more.frames);
    for (int64_t k = 0; k < joined.codebooks; ++k) {
      for (int64_t t = 0; t < frames; ++t) joined.at(k, t) = at(k, t);
      for (int64_t t = 0; t < more.frames; ++t) joined.at(k, frames + t) = more.at(k, t);
    }
    *this = std::move(joined);
  }
};

// The codec behind codes; 0: unknown.
struct CodesInfo {
  int64_t frame_rate_hz = 0, sample_rate_hz = 0, codebook_size = 0;
};

}  // namespace musicgen
