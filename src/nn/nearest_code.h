// A residual vector quantizer's other direction: frames to codes, one codebook after the other on
// what is left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "nn/linear.h"
#include "types/codes.h"

namespace musicgen::nn {

class NearestCode {
 public:
  // Codebooks [V, width], at least one, all of one size.
  NearestCode(int64_t width, std::vector<std::vector<float>> codebooks);

  // Codes of latents [frames, width], which become the residuals, into the columns of `codes` from
  // `first_frame` on, rows 0 … codes->codebooks − 1. The nearest vector maximises r·e − ‖e‖²/2, as
  // both references compute it up to rounding; of equals the first. Throws std::bad_alloc.
  void Encode(ThreadPool& pool, float* latents, int64_t frames, int64_t first_frame,
              Codes* codes) const;

  size_t bytes() const;

 private:
  struct Book {
    std::vector<float> vectors;  // [V, width]
    Linear scores;               // vectors, with bias −‖e‖²/2
  };
  std::vector<Book> books_;
  int64_t width_;
};

}  // namespace musicgen::nn
