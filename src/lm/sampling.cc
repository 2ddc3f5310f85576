#include "lm/sampling.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "kernels/elementwise.h"

namespace musicgen::lm {
namespace {

int32_t ArgMax(const float* logits, int64_t size) {
  return static_cast<int32_t>(std::max_element(logits, logits + size) - logits);
}

bool AllFinite(const float* logits, int64_t size) {
  return std::all_of(logits, logits + size, [](float logit) { return std::isfinite(logit); });
}

void KeepTopK(int64_t k, int64_t size, SamplingScratch& scratch) {
  if (k <= 0 || k >= size) return;
  float* p = scratch.probabilities.data();
  std::vector<float>& sorted = scratch.sorted;
  std::copy(p, p + size, sorted.begin());
  std::nth_element(sorted.begin(), sorted.begin() + (k - 1), sorted.begin() + size,
                   std::greater<float>());
  const float threshold = sorted[static_cast<size_t>(k - 1)];
  for (int64_t i = 0; i < size; ++i) {
    if (p[i] < threshold) p[i] = 0.0f;
  }
}

// Drops item i of the descending order when the sum of those before it exceeds top_p: the item that
// crosses the threshold stays, and so does the first.
void KeepTopP(double top_p, int64_t size, SamplingScratch& scratch) {
  float* p = scratch.probabilities.data();
  const auto begin = scratch.order.begin(), end = begin + size;
  std::iota(begin, end, 0);
  std::sort(begin, end,
            [&](int32_t a, int32_t b) { return p[a] > p[b] || (p[a] == p[b] && a < b); });
  const double total = std::accumulate(p, p + size, 0.0);
  double before = 0.0;
  for (auto i = begin; i != end; ++i) {
    const double probability = p[*i];
    if (before > top_p * total) p[*i] = 0.0f;
    before += probability;
  }
}

}  // namespace

SamplingScratch::SamplingScratch(int64_t size)
    : probabilities(static_cast<size_t>(size)),
      sorted(static_cast<size_t>(size)),
      order(static_cast<size_t>(size)) {}

void FilterProbabilities(const float* logits, int64_t size, const SamplingParams& params,
                         SamplingScratch& scratch) {
  float* probabilities = scratch.probabilities.data();
  const float temperature = static_cast<float>(params.temperature);
  const float top = *std::max_element(logits, logits + size);
  for (int64_t i = 0; i < size; ++i) probabilities[i] = (logits[i] - top) / temperature;
  kernels::Exp(probabilities, size, probabilities);
  if (params.top_p > 0.0) {
    KeepTopP(params.top_p, size, scratch);
  } else {
    KeepTopK(params.top_k, size, scratch);
  }
}

int32_t SampleCode(const float* logits, int64_t size, const SamplingParams& params, double uniform,
                   SamplingScratch& scratch) {
  if (!AllFinite(logits, size)) return -1;
  if (params.greedy || params.temperature <= 0.0) return ArgMax(logits, size);
  FilterProbabilities(logits, size, params, scratch);
  const float* p = scratch.probabilities.data();
  const double total = std::accumulate(p, p + size, 0.0);
  const double target = uniform * total;
  double sum = 0.0;
  int32_t last = 0;
  for (int64_t i = 0; i < size; ++i) {
    if (p[i] == 0.0f) continue;
    last = static_cast<int32_t>(i);
    sum += p[i];
    if (sum > target) break;
  }
  return last;  // rounding can leave the whole sum at `target`; the last kept code is then right
}

}  // namespace musicgen::lm
