#include "lm/guidance.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace musicgen::lm {
namespace {

// Many devices take subnormal numbers for zero.
float Flushed(float x) {
  const uint32_t bits = std::bit_cast<uint32_t>(x);
  return std::bit_cast<float>((bits & 0x7f800000u) == 0 ? 0u : bits);
}

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
