// What a model in training plays, by the engine that people run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checkpoint/config.h"
#include "train/export/whole_model.h"

namespace musicgen::train {

struct SampleSettings {
  int64_t every = 0;  // updates; 0: never
  double duration_s = 10;
  std::vector<std::string> prompts;
  // None: as the model is meant to be sampled.
  std::optional<double> cfg_coef, temperature, top_p;
  std::optional<int64_t> top_k;
};

// generate, classifier_free_guidance.inference_coef. Prompts that are not given are the first
// descriptions of `described`. Throws Error(kBadInput).
SampleSettings ReadSamples(const checkpoint::Config& settings,
                           const std::vector<std::string>& described);

// Writes PREFIX_0.wav and so on at −14 LUFS; the model is exported into `scratch` meanwhile. Each
// prompt has its own seed, the same every time, so that one can hear what changes. Throws Error.
void WriteSamples(const WholeModel& whole, const SampleSettings& settings,
                  const std::string& scratch, const std::string& prefix);

}  // namespace musicgen::train
