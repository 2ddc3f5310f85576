// The demo's model card.
#pragma once

#include <map>
#include <string>

#include "musicgen/generation.hpp"
#include "train/lm/lm_model.h"

namespace musicgen::train {

// `values` of the checkpoint say how long it was trained.
std::string DemoCard(const LmModelConfig& model, const SamplingDefaults& sampling,
                     const std::map<std::string, std::string>& values);

}  // namespace musicgen::train
