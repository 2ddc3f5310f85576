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

// guided = null + (cond − null)·cfg_coef, n numbers (generation.md §1). guided may be cond or null.
void Guide(const float* cond, const float* null, double cfg_coef, int64_t n, float* guided);

// Draws from the distribution of `logits` [V] by inverting its cumulative sum, in index order, at
// `uniform` in [0, 1). Follows AudioCraft: softmax(l / temperature), then top-p or top-k,
// renormalised. `scratch` is reused between calls.
int32_t SampleCode(const float* logits, int64_t size, const SamplingParams& params, double uniform,
                   std::vector<float>& scratch);

// What SampleCode draws from: probabilities [V] in float, dropped codes 0, not yet renormalised.
void FilteredProbabilities(const float* logits, int64_t size, const SamplingParams& params,
                           float* probabilities);

}  // namespace musicgen::lm
