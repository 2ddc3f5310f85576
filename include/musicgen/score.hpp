#pragma once

#include <cstdint>
#include <vector>

namespace musicgen {

// A teacher-forced pass over given codes: position t of codebook k holds the prediction of code (k,
// t).
struct ScoreResult {
  std::vector<double>
      cross_entropy;  // [K], nats, of the conditional prediction, averaged over the frames
  int64_t codebooks = 0, frames = 0, codebook_size = 0;
  // [K, T, V] when logits were asked for.
  std::vector<float> conditional, unconditional, guided;
  std::vector<float>
      style;  // likewise, of the style or melody without the text, where one is given
};

}  // namespace musicgen
