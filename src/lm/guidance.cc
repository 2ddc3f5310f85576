#include "lm/guidance.h"

#include <algorithm>

#include "base/check.h"

namespace musicgen::lm {

void Guide(std::span<const float* const> branches, const GuidanceCoefs& coefs, int64_t n,
           float* guided) {
  MG_CHECK_EQ(branches.size(), coefs.size() + 1);
  if (guided != branches[0]) std::copy(branches[0], branches[0] + n, guided);
  for (size_t b = 0; b < coefs.size(); ++b) {
    const float* base = branches[b + 1];
    const float coef = static_cast<float>(coefs[b]);
    for (int64_t i = 0; i < n; ++i) guided[i] = base[i] + (guided[i] - base[i]) * coef;
  }
}

}  // namespace musicgen::lm
