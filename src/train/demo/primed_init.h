// The weights that the demo's language model begins with: what the codes mean is built in.
#pragma once

#include <cstdint>

#include "compose/vocabulary.h"
#include "train/lm/lm_model.h"

namespace musicgen::train {

// A code's embedding is a sum of vectors of its instrument, pitch and age, and the row of its
// successor in the head looks for it: "what sounds goes on". With AudioCraft's initialisation the
// model spends the first millions of positions on finding out.
void InitialisePrimed(LmModel& model, const compose::Vocabulary& vocabulary, uint64_t seed);

}  // namespace musicgen::train
