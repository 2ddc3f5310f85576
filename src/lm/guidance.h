// Classifier-free guidance.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace musicgen::lm {

// Between each branch and the next a coefficient: {cfg_coef} for a condition and the null branch
// (Simple and Controllable Music Generation, section 2.4). A coefficient of 1 leaves the branch
// behind it out.
using GuidanceCoefs = std::vector<double>;

// logits = branches[0], then logits = branches[i] + (logits − branches[i]) · coefs[i − 1] in turn;
// n numbers of each branch; below 2^-126 in magnitude they count as zero, as many devices have
// them. `guided` may be branches[0], but none of the others.
void Guide(std::span<const float* const> branches, const GuidanceCoefs& coefs, int64_t n,
           float* guided);

}  // namespace musicgen::lm
