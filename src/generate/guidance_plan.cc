#include "generate/guidance_plan.h"

namespace musicgen::generate {
namespace {

// Of AudioCraft's demonstrations; with simple guidance the text is all but ignored beside a style.
constexpr double kStyleBeta = 5.0;

std::optional<double> Beta(const GenerationParams& params, bool text_and_sound,
                           const model::ModelFiles& files) {
  if (params.cfg_coef_beta) return params.cfg_coef_beta;
  if (files.style && text_and_sound && !params.two_step_cfg) return kStyleBeta;
  return std::nullopt;
}

}  // namespace

GuidancePlan PlanGuidance(const GenerationParams& params, const SampleCondition& condition,
                          const model::ModelFiles& files) {
  const bool text = condition.HasText(), sound = condition.HasSound();
  const std::optional<double> beta = Beta(params, text && sound, files);
  GuidancePlan plan;
  plan.two_step_cfg = params.two_step_cfg && !beta;
  double coef = params.cfg_coef.value_or(files.sampling.cfg_coef);
  // AudioCraft's two-step guidance takes its coefficient from the model's configuration.
  if (plan.two_step_cfg && files.two_step_coef) coef = *files.two_step_coef;
  if (!beta || *beta == 1.0 || !text) {
    plan.coefs = {coef};
  } else if (sound) {
    plan.sound_alone = true;
    plan.coefs = {*beta, coef};
  } else {
    plan.coefs = {coef * *beta};
  }
  return plan;
}

}  // namespace musicgen::generate
