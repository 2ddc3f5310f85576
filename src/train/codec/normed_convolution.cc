#include "train/codec/normed_convolution.h"

#include <ATen/core/grad_mode.h>

namespace musicgen::train {

at::Tensor NormedConvolution::Weight() const {
  return gain.defined() ? at::_weight_norm(direction, gain, 0) : direction;
}

void NormedConvolution::SetWeight(const at::Tensor& weight) {
  const at::NoGradGuard no_grad;
  direction.copy_(weight);
  if (gain.defined()) gain.copy_(at::norm_except_dim(weight, 2, 0));
}

at::Tensor AddParameter(const std::string& name, const std::vector<int64_t>& shape,
                        Parameters* parameters) {
  at::Tensor value = at::zeros(shape).set_requires_grad(true);
  parameters->push_back({{name}, value});
  return value;
}

NormedConvolution AddConvolution(const std::string& name, const std::vector<int64_t>& weight,
                                 int64_t out_channels, Parameters* parameters) {
  std::vector<int64_t> gain(weight.size(), 1);
  gain[0] = weight[0];
  return {AddParameter(name + ".weight_g", gain, parameters),
          AddParameter(name + ".weight_v", weight, parameters),
          AddParameter(name + ".bias", {out_channels}, parameters)};
}

}  // namespace musicgen::train
