// The codebooks: each voice's frames as coefficients of its own principal vectors, in its own
// columns of the latent. The nearest codes of the four books in turn are so the nearest of their
// product, and the sum of the embeddings is that of the voices.
#pragma once

#include <array>

#include "compose/frame_tables.h"
#include "train/computed_codec/frame_filter.h"
#include "train/computed_codec/matrix.h"

namespace musicgen::train {

inline constexpr int kLatentWidth = 256;

struct Codebooks {
  struct Book {
    Matrix embed;  // [rows, columns]
    int first_column;
    int columns() const { return static_cast<int>(embed.cols()); }
    int rows() const { return static_cast<int>(embed.rows()); }
  };
  std::array<Book, compose::kBooks> books;

  // Adds the latent of a frame to `out` [256].
  void AddLatent(const compose::FrameCodes& codes, float* out) const;
};

// The principal vectors of the four books' frames, pooled by eigenvalue, the best 256; quiet frames
// count for more than their energy. Silence is the zero vector. Values are f16's.
Codebooks ComputeCodebooks(const compose::FrameTables& tables, const FrameFilter& filter);

}  // namespace musicgen::train
