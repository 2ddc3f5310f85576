// A convolution's weights under weight norm (Salimans, Kingma 2016): length and direction of every
// row are trained on their own.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <string>
#include <vector>

#include "train/optim/parameters.h"

namespace musicgen::train {

struct NormedConvolution {
  at::Tensor gain;       // [rows, 1, …]; none: the direction is the weight
  at::Tensor direction;  // [rows, …], the weight's shape
  at::Tensor bias;

  // gain · direction / ‖direction‖, the norm over all axes but the first.
  at::Tensor Weight() const;
  // This weight, its direction as it is.
  void SetWeight(const at::Tensor& weight);
};

// Zeroed, added to `parameters` as `name`.weight_g, .weight_v and .bias.
NormedConvolution AddConvolution(const std::string& name, const std::vector<int64_t>& weight,
                                 int64_t out_channels, Parameters* parameters);

// A tensor of zeros that is trained, added under this name.
at::Tensor AddParameter(const std::string& name, const std::vector<int64_t>& shape,
                        Parameters* parameters);

}  // namespace musicgen::train
