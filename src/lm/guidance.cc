#include "lm/guidance.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"

namespace musicgen::lm {
namespace {

// Many devices take subnormal numbers for zero.
float Flushed(float x) { return std::fabs(x) < std::numeric_limits<float>::min() ? 0.0f : x; }

}  // namespace

void Guide(std::span<const float* const> branches, const GuidanceCoefs& coefs, int64_t n,
           float* guided) {
  MG_CHECK_EQ(branches.size(), coefs.size() + 1);
  if (guided != branches[0]) std::copy(branches[0], branches[0] + n, guided);
  for (size_t b = 0; b < coefs.size(); ++b) {
    const float* base = branches[b + 1];
    const float coef = static_cast<float>(coefs[b]);
    for (int64_t i = 0; i < n; ++i) {
      const float from = Flushed(base[i]);
      guided[i] = Flushed(from + Flushed(Flushed(Flushed(guided[i]) - from) * coef));
    }
  }
}

}  // namespace musicgen::lm
