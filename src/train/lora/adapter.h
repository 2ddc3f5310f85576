// A LoRA adapter to train: low-rank terms beside a language model's weights, which stay as they
// are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checkpoint/config.h"
#include "train/lm/lm_model.h"

namespace musicgen::train {

struct LoraSettings {
  int64_t rank = 16;
  double alpha = 16.0;    // terms count alpha / rank times
  double dropout = 0.05;  // of what goes into a linear layer's term
  // Paths of modules or their ends, as PEFT's target_modules; "lm_heads.*" are all of a list.
  std::vector<std::string> targets = {
      "q_proj", "k_proj",     "v_proj",         "out_proj",       "fc1",
      "fc2",    "lm_heads.*", "embed_tokens.*", "enc_to_dec_proj"};
  uint64_t seed = 0;
};

// r, lora_alpha, lora_dropout and target_modules, named as PEFT names them. Throws
// Error(kBadInput).
LoraSettings ReadLoraSettings(const checkpoint::Config& lora);

// From now on the model trains an adapter alone, which changes nothing yet: A of a linear layer is
// uniform within ±1/√fan_in and its B zero, A of an embedding zero and its B normal, as PEFT
// begins. Before an optimiser or a moving average is made; the model is one without an adapter and
// with all rows of its heads in use. Throws Error(kBadInput) for a target that is no module of the
// model's.
void AddAdapter(LmModel& model, const LoraSettings& settings);

}  // namespace musicgen::train
