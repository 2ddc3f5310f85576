// An adapter that was not trained.
#pragma once

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include "tiny_model.h"

namespace musicgen::train {

// Numbers of a tenth in A and B.
inline void FillAdapter(LmModel& model, uint64_t seed) {
  const at::NoGradGuard no_grad;
  const at::Generator generator = at::detail::createCPUGenerator(seed);
  for (const Parameter& parameter : model.low_rank().parameters()) {
    at::Tensor(parameter.value).copy_(at::randn(parameter.value.sizes(), generator) * 0.1);
  }
}

}  // namespace musicgen::train
