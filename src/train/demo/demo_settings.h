// What a configuration says of the demo's model (configs/training/demo.yaml).
#pragma once

#include "checkpoint/config.h"
#include "compose/vocabulary.h"
#include "musicgen/generation.hpp"
#include "train/lm/lm_model.h"

namespace musicgen::train {

// All throw Error(kBadInput).
LmModelConfig ReadDemoModel(const checkpoint::Config& settings,
                            const compose::Vocabulary& vocabulary);
SamplingDefaults ReadSamplingDefaults(const checkpoint::Config& settings);

}  // namespace musicgen::train
