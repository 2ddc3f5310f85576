// Choosing a code from a column's logits.
#pragma once

#include <cstdint>
#include <vector>

namespace musicgen::lm {

struct SamplingParams {
  bool greedy = false;  // the most probable code, the first of equals; temperature 0 means the same
  double temperature = 1.0;
  int64_t top_k = 250;  // keep probabilities ≥ the k-th largest (ties stay); 0 or ≥ V: no limit
  double top_p =
      0.0;  // > 0: keep the largest probabilities until their sum passes this, and ignore top_k
};

// Buffers for V codes, reused between calls, which allocate nothing more.
struct SamplingScratch {
  explicit SamplingScratch(int64_t size);
  std::vector<float> probabilities, sorted;
  std::vector<int32_t> order;
};

// Draws from the distribution of `logits` [V] by inverting its cumulative sum, in index order, at
// `uniform` in [0, 1). Follows AudioCraft: softmax(l / temperature), then top-p or top-k,
// renormalised. Returns -1 when a logit is no number or infinite.
int32_t SampleCode(const float* logits, int64_t size, const SamplingParams& params, double uniform,
                   SamplingScratch& scratch);

// What SampleCode draws from: scratch.probabilities [V] in float, dropped codes 0, not yet
// renormalised.
void FilterProbabilities(const float* logits, int64_t size, const SamplingParams& params,
                         SamplingScratch& scratch);

}  // namespace musicgen::lm
