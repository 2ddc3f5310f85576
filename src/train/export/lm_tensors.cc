#include "train/export/lm_tensors.h"

#include <ATen/core/grad_mode.h>

#include "base/error.h"

namespace musicgen::train {

LmTensors::LmTensors(const LmModel& model, bool all) {
  const at::NoGradGuard no_grad;
  for (const NamedTensor& part : Parts(model.parameters(), Values(model.parameters()), "")) {
    if (!all && part.name.starts_with("text_encoder.")) continue;
    names_.push_back(part.name);
    tensors_[part.name] = part.value.to(at::kCPU, at::kFloat).contiguous();
  }
}

TensorView LmTensors::Get(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) ThrowBadInput(where_, ": has no tensor ", Printable(name));
  return {name, DType::kF32, found->second.sizes().vec(), found->second.const_data_ptr()};
}

}  // namespace musicgen::train
