#include "lm/sampling.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
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

// p in [0, 1], as sums count it.
uint64_t Weight(float p) { return static_cast<uint64_t>(static_cast<double>(p) * 0x1p40); }

uint64_t SumOfWeights(const float* p, int64_t size) {
  return std::accumulate(p, p + size, uint64_t{0},
                         [](uint64_t sum, float each) { return sum + Weight(each); });
}

// floor(a · b / 2^64)
uint64_t HighProduct(uint64_t a, uint64_t b) {
  const uint64_t a_low = a & 0xffffffffu, a_high = a >> 32;
  const uint64_t b_low = b & 0xffffffffu, b_high = b >> 32;
  const uint64_t first = a_high * b_low + ((a_low * b_low) >> 32);
  const uint64_t second = a_low * b_high + (first & 0xffffffffu);
  return a_high * b_high + (first >> 32) + (second >> 32);
}

// Drops item i of the descending order when the sum of those before it exceeds top_p: the item that
// crosses the threshold stays, and so does the first.
void KeepTopP(double top_p, int64_t size, SamplingScratch& scratch) {
  float* p = scratch.probabilities.data();
  const auto begin = scratch.order.begin(), end = begin + size;
  std::iota(begin, end, 0);
  std::sort(begin, end,
            [&](int32_t a, int32_t b) { return p[a] > p[b] || (p[a] == p[b] && a < b); });
  const uint64_t most = HighProduct(TopPFraction(top_p), SumOfWeights(p, size));
  uint64_t before = 0;
  for (auto i = begin; i != end; ++i) {
    const uint64_t weight = Weight(p[*i]);
    if (before > most) p[*i] = 0.0f;
    before += weight;
  }
}

}  // namespace

bool TakesMostProbable(const SamplingParams& params) {
  return params.greedy || params.temperature < std::numeric_limits<float>::min();
}

uint64_t TopPFraction(double top_p) {
  return top_p >= 1.0 ? ~uint64_t{0} : static_cast<uint64_t>(std::ldexp(top_p, 64));
}

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
  if (TakesMostProbable(params)) return ArgMax(logits, size);
  FilterProbabilities(logits, size, params, scratch);
  const float* p = scratch.probabilities.data();
  const auto fraction = static_cast<uint64_t>(std::ldexp(uniform, 53)) << 11;  // of 2^64
  const uint64_t target = HighProduct(fraction, SumOfWeights(p, size));
  uint64_t sum = 0;
  int64_t i = 0;
  // The sum of all exceeds it, since the fraction is below 1.
  for (; i < size; ++i) {
    sum += Weight(p[i]);
    if (sum > target) break;
  }
  return static_cast<int32_t>(i);
}

}  // namespace musicgen::lm
