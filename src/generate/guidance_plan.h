// How a request is guided, by what it asks for and what it is conditioned on.
#pragma once

#include <optional>

#include "generate/conditioner.h"
#include "lm/guidance.h"
#include "model/model_files.h"
#include "musicgen/generation.hpp"

namespace musicgen::generate {

struct GuidancePlan {
  lm::GuidanceCoefs coefs;  // between the branches that the sample has
  bool sound_alone = false;
  bool two_step_cfg = false;
};

// Double guidance (Rouard et al. 2024, section 3.3) is what GenerationParams::cfg_coef_beta says.
// It has three branches where text and sound are given, and else two, of which it moves the
// coefficient.
GuidancePlan PlanGuidance(const GenerationParams& params, const SampleCondition& condition,
                          const model::ModelFiles& files);

}  // namespace musicgen::generate
