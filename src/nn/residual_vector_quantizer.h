// A stack of codebooks (Zeghidour et al. 2021): a frame of `width` values is the sum of one vector
// of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "nn/embedding.h"
#include "types/codes.h"

namespace musicgen::nn {

class ResidualVectorQuantizer {
 public:
  // Codebooks [V, width], at least one, all of one size.
  ResidualVectorQuantizer(int64_t width, const std::vector<std::vector<float>>& codebooks);

  // latents [frames.size(), width] = Σ_k codebook k's vector, in the order of k, for `books`
  // codebooks whose codes are rows first_row, first_row + row_step, … of `codes`. Throws
  // Error(kBadInput) when a code is outside [0, codebook_size()), before anything is written.
  void Decode(const Codes& codes, int64_t first_row, int64_t row_step, int64_t books, Range frames,
              float* latents) const;

  int64_t num_quantizers() const { return static_cast<int64_t>(codebooks_.size()); }
  int64_t codebook_size() const { return codebooks_.front().rows(); }
  int64_t width() const { return codebooks_.front().width(); }
  size_t bytes() const;

 private:
  std::vector<Embedding> codebooks_;
};

}  // namespace musicgen::nn
