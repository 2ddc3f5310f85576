#include "train/optim/adamw.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace musicgen::train {

AdamW::AdamW(const Parameters& parameters, const AdamWSettings& settings)
    : parameters_(parameters), settings_(settings) {
  for (const Parameter& parameter : parameters_) {
    first_.push_back(at::zeros_like(parameter.value.detach()));
    second_.push_back(at::zeros_like(parameter.value.detach()));
    steps_.push_back(at::zeros({}, parameter.value.options().dtype(at::kFloat)));
  }
}

void AdamW::Step(double factor) {
  const at::NoGradGuard no_grad;
  learning_rate_ = settings_.lr * factor;
  // One call for each learning rate.
  std::map<double, std::vector<size_t>> groups;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    if (parameters_[i].value.grad().defined()) groups[parameters_[i].lr_scale].push_back(i);
  }
  for (const auto& [scale, members] : groups) {
    std::vector<at::Tensor> values, gradients, first, second, steps;
    for (const size_t i : members) {
      values.push_back(parameters_[i].value);
      gradients.push_back(parameters_[i].value.grad());
      first.push_back(first_[i]);
      second.push_back(second_[i]);
      steps.push_back(steps_[i]);
    }
    at::_foreach_add_(steps, 1);
    at::_fused_adamw_(values, gradients, first, second, {}, steps, learning_rate_ * scale,
                      settings_.beta1, settings_.beta2, settings_.weight_decay, settings_.eps,
                      /*amsgrad=*/false, /*maximize=*/false);
  }
}

std::vector<NamedTensor> AdamW::State() {
  std::vector<NamedTensor> state = Parts(parameters_, first_, "exp_avg.");
  for (NamedTensor& part : Parts(parameters_, second_, "exp_avg_sq.")) {
    state.push_back(std::move(part));
  }
  for (size_t i = 0; i < parameters_.size(); ++i) {
    state.push_back({"step." + parameters_[i].names.front(), steps_[i]});
  }
  return state;
}

std::map<std::string, double> AdamW::Numbers() const { return {}; }
void AdamW::SetNumbers(const std::map<std::string, double>&) {}

}  // namespace musicgen::train
