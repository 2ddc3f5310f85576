// Choosing a code from a column's logits. Probabilities are floats, their sums integers, so that
// their order does not matter and a device without double draws the same (gpu/shaders/draw.comp).
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

// Whether the most probable code is taken: by wish, or at a temperature that is as good as 0.
bool TakesMostProbable(const SamplingParams& params);

// top_p in units of 2^-64: what those before a code are compared with is
// floor(this · their whole sum / 2^64).
uint64_t TopPFraction(double top_p);

// Buffers for V codes, reused between calls, which allocate nothing more.
struct SamplingScratch {
  explicit SamplingScratch(int64_t size);
  std::vector<float> probabilities, sorted;
  std::vector<int32_t> order;
};

// Draws from the distribution of `logits` [V] by inverting its cumulative sum, in index order, at
// `uniform` in [0, 1), a multiple of 2^-53. Follows AudioCraft: softmax(l / temperature), then
// top-p or top-k, renormalised. A probability p relative to the largest counts floor(p · 2^40).
// Returns -1 when a logit is no number or infinite.
int32_t SampleCode(const float* logits, int64_t size, const SamplingParams& params, double uniform,
                   SamplingScratch& scratch);

// What SampleCode draws from: scratch.probabilities [V] in float, dropped codes 0, not yet
// renormalised.
void FilterProbabilities(const float* logits, int64_t size, const SamplingParams& params,
                         SamplingScratch& scratch);

}  // namespace musicgen::lm
