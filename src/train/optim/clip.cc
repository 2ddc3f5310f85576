#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "train/optim/optimizer.h"

namespace musicgen::train {

void ClearGradients(const Parameters& parameters) {
  for (const Parameter& parameter : parameters) parameter.value.mutable_grad().reset();
}

double ClipGradients(const Parameters& parameters, double max_norm) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> gradients;
  for (const Parameter& parameter : parameters) {
    if (parameter.value.grad().defined()) gradients.push_back(parameter.value.grad());
  }
  if (gradients.empty()) return 0.0;
  const double norm =
      at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients))).item<double>();
  // The reference divides by the norm and a little more (torch's clip_grad_norm_).
  if (max_norm > 0.0 && norm > max_norm) at::_foreach_mul_(gradients, max_norm / (norm + 1e-6));
  return norm;
}

}  // namespace musicgen::train
