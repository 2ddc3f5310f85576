#include "train/optim/dadapt_adam.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace musicgen::train {

DAdaptAdam::DAdaptAdam(const Parameters& parameters, const DAdaptSettings& settings)
    : parameters_(parameters), settings_(settings), d_(settings.d0) {
  for (const Parameter& parameter : parameters_) {
    const at::Tensor value = parameter.value.detach();
    first_.push_back(at::zeros_like(value));
    second_.push_back(at::zeros_like(value));
    sums_.push_back(at::zeros_like(value));
  }
}

void DAdaptAdam::Step(double factor) {
  const at::NoGradGuard no_grad;
  const double lambda = settings_.lr * factor, dlr = d_ * lambda;
  const double beta1 = settings_.beta1, beta2 = settings_.beta2;
  double weighted_gradients = 0.0, weighted_sums = 0.0, sums = 0.0;
  std::vector<at::Tensor> divisors(parameters_.size());
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const at::Tensor& gradient = parameters_[i].value.grad();
    if (!gradient.defined()) continue;
    const double scale = parameters_[i].lr_scale;
    first_[i].mul_(beta1).add_(gradient, (1 - beta1) * dlr * scale);
    second_[i].mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
    divisors[i] = second_[i].sqrt().add_(settings_.eps);
    weighted_gradients += (gradient.square() / divisors[i]).sum(at::kDouble).item<double>();
    sums_[i].mul_(beta2).add_(gradient, (1 - beta2) * dlr);
    weighted_sums += (sums_[i].square() / divisors[i]).sum(at::kDouble).item<double>();
    sums += sums_[i].abs().sum(at::kDouble).item<double>();
  }
  r_ = beta2 * r_ + (1 - beta2) * dlr * dlr * weighted_gradients;
  learning_rate_ = dlr;
  if (sums == 0.0) return;
  if (lambda > 0.0) {
    double estimate = (weighted_sums / (1 - beta2) - r_) / sums;
    if (settings_.growth_rate > 0.0) estimate = std::min(estimate, d_ * settings_.growth_rate);
    d_ = std::max(d_, estimate);
  }
  // The moments were made with the d from before: so is the decay.
  for (size_t i = 0; i < parameters_.size(); ++i) {
    if (!divisors[i].defined()) continue;
    at::Tensor value = parameters_[i].value;
    value.mul_(1 - settings_.weight_decay * dlr * parameters_[i].lr_scale);
    value.addcdiv_(first_[i], divisors[i], -1.0);
  }
}

std::vector<NamedTensor> DAdaptAdam::State() {
  std::vector<NamedTensor> state = Parts(parameters_, first_, "exp_avg.");
  for (NamedTensor& part : Parts(parameters_, second_, "exp_avg_sq.")) state.push_back(part);
  for (NamedTensor& part : Parts(parameters_, sums_, "s.")) state.push_back(part);
  return state;
}

std::map<std::string, double> DAdaptAdam::Numbers() const { return {{"d", d_}, {"r", r_}}; }

void DAdaptAdam::SetNumbers(const std::map<std::string, double>& numbers) {
  d_ = numbers.at("d");
  r_ = numbers.at("r");
}

}  // namespace musicgen::train
