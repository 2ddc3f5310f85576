// Teacher forcing: the predictions of codes that are given.
#pragma once

#include <cstdint>
#include <vector>

#include "lm/codebook_pattern.h"
#include "lm/network.h"
#include "types/conditions.h"

namespace musicgen::lm {

// Logits [K, T, V] of one branch at the codes they predict (position t of codebook k holds the
// prediction of code (k, t)). The codes are laid out by `pattern`; T = pattern.frames() =
// codes.frames.
std::vector<float> TeacherForcedLogits(Network& network, const CodebookPattern& pattern,
                                       const Codes& codes, const Branch& branch);

// −log softmax(logits)[code] averaged over the frames of each codebook, in nats. logits [K, T, V].
std::vector<double> CrossEntropy(const std::vector<float>& logits, const Codes& codes,
                                 int64_t codebook_size);

}  // namespace musicgen::lm
