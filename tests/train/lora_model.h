// A base model of the size of the fixtures' codec and tokenizer, and an adapter that was not
// trained.
#pragma once

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include "tiny_model.h"
#include "train/lm/initialise.h"

namespace musicgen::train {

// Of numbers that f16 holds.
inline LmModel ModelToAdapt() {
  LmModelConfig config = TinyModelConfig();
  config.lm.width = 32;
  config.lm.codebook_size = 128;
  config.t5.vocab_size = 640;
  LmModel model(config);
  Initialise(model, 1);
  const at::NoGradGuard no_grad;
  for (const Parameter& parameter : model.parameters()) {
    at::Tensor(parameter.value).copy_(parameter.value.to(at::kHalf));
  }
  return model;
}

// Numbers of a tenth in A and B.
inline void FillAdapter(LmModel& model, uint64_t seed) {
  const at::NoGradGuard no_grad;
  const at::Generator generator = at::detail::createCPUGenerator(seed);
  for (const Parameter& parameter : model.low_rank().parameters()) {
    at::Tensor(parameter.value).copy_(at::randn(parameter.value.sizes(), generator) * 0.1);
  }
}

}  // namespace musicgen::train
