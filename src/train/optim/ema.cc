#include "train/optim/ema.h"

#include <ATen/core/grad_mode.h>

namespace musicgen::train {

Ema::Ema(const Parameters& parameters, const EmaSettings& settings)
    : parameters_(parameters), settings_(settings) {
  for (const Parameter& parameter : parameters_) {
    averages_.push_back(parameter.value.detach().clone());
  }
}

void Ema::AfterUpdate(int64_t update) {
  if (update % settings_.every != 0) return;
  const at::NoGradGuard no_grad;
  count_ = settings_.decay * count_ + 1.0;
  const double weight = 1.0 / count_;
  std::vector<at::Tensor> values;
  for (const Parameter& parameter : parameters_) values.push_back(parameter.value.detach());
  at::_foreach_lerp_(averages_, values, weight);
}

std::vector<NamedTensor> Ema::State() { return Parts(parameters_, averages_, ""); }

WithAverages::WithAverages(const Parameters& parameters, const Ema& ema) : parameters_(parameters) {
  const at::NoGradGuard no_grad;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    at::Tensor value = parameters_[i].value.detach();
    saved_.push_back(value.clone());
    value.copy_(ema.averages()[i]);
  }
}

WithAverages::~WithAverages() {
  const at::NoGradGuard no_grad;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    parameters_[i].value.detach().copy_(saved_[i]);
  }
}

}  // namespace musicgen::train
