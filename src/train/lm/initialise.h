// The weights that training begins with.
#pragma once

#include <cstdint>

#include "train/lm/lm_model.h"

namespace musicgen::train {

// AudioCraft's scheme "gaussian" with depthwise_init "current": truncated normal numbers of
// deviation 1/√fan_in, outputs of layer l less by √(2(l + 1)); in-projections of attention, which
// the scheme does not reach, and the projection of the text keep the framework's uniform ones.
// A text encoder that is trained gets T5's own scheme.
void Initialise(LmModel& model, uint64_t seed);

}  // namespace musicgen::train
