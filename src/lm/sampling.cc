#include "lm/sampling.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "kernels/elementwise.h"

namespace musicgen::lm {
namespace {

int32_t ArgMax(const float* logits, int64_t size) {
  return static_cast<int32_t>(std::max_element(logits, logits + size) - logits);
}

void KeepTopK(int64_t k, int64_t size, float* p) {
  if (k <= 0 || k >= size) return;
  std::vector<float> sorted(p, p + size);
  std::nth_element(sorted.begin(), sorted.begin() + (k - 1), sorted.end(), std::greater<float>());
  const float threshold = sorted[static_cast<size_t>(k - 1)];
  for (int64_t i = 0; i < size; ++i) {
    if (p[i] < threshold) p[i] = 0.0f;
  }
}

// Drops item i of the descending order when the sum of those before it exceeds top_p: the item that
// crosses the threshold stays, and so does the first.
void KeepTopP(double top_p, int64_t size, float* p) {
  std::vector<int32_t> order(static_cast<size_t>(size));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return p[a] > p[b]; });
  const double total = std::accumulate(p, p + size, 0.0);
  double before = 0.0;
  for (const int32_t i : order) {
    const double probability = p[i];
    if (before > top_p * total) p[i] = 0.0f;
    before += probability;
  }
}

}  // namespace

void Guide(const float* cond, const float* null, double cfg_coef, int64_t n, float* guided) {
  const float coef = static_cast<float>(cfg_coef);
  for (int64_t i = 0; i < n; ++i) guided[i] = null[i] + (cond[i] - null[i]) * coef;
}

void FilteredProbabilities(const float* logits, int64_t size, const SamplingParams& params,
                           float* probabilities) {
  const float temperature = static_cast<float>(params.temperature);
  const float top = *std::max_element(logits, logits + size);
  for (int64_t i = 0; i < size; ++i) probabilities[i] = (logits[i] - top) / temperature;
  kernels::Exp(probabilities, size, probabilities);
  if (params.top_p > 0.0) {
    KeepTopP(params.top_p, size, probabilities);
  } else {
    KeepTopK(params.top_k, size, probabilities);
  }
}

int32_t SampleCode(const float* logits, int64_t size, const SamplingParams& params, double uniform,
                   std::vector<float>& scratch) {
  if (params.greedy || params.temperature <= 0.0) return ArgMax(logits, size);
  scratch.resize(static_cast<size_t>(size));
  FilteredProbabilities(logits, size, params, scratch.data());
  const double total = std::accumulate(scratch.begin(), scratch.end(), 0.0);
  const double target = uniform * total;
  double sum = 0.0;
  int32_t last = 0;
  for (int64_t i = 0; i < size; ++i) {
    if (scratch[static_cast<size_t>(i)] == 0.0f) continue;
    last = static_cast<int32_t>(i);
    sum += scratch[static_cast<size_t>(i)];
    if (sum > target) break;
  }
  return last;  // rounding can leave the whole sum at `target`; the last kept code is then right
}

}  // namespace musicgen::lm
