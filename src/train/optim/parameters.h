// What is trained: named tensors.
#pragma once

#include <ATen/ATen.h>

#include <string>
#include <vector>

namespace musicgen::train {

// A leaf tensor that requires gradient. A checkpoint may know it as several tensors of equal row
// counts, stacked here along the first dimension (queries, keys and values, for instance).
struct Parameter {
  std::vector<std::string> names;  // of the parts, from the first rows on
  at::Tensor value;
  double lr_scale = 1.0;  // multiplies the learning rate
};

using Parameters = std::vector<Parameter>;

// A part as a checkpoint has it: a view of the parameter's rows, without gradient.
struct NamedTensor {
  std::string name;
  at::Tensor value;
};

// Of `tensors`, one for each parameter and shaped as it (the values themselves, moments, averages):
// the parts under their names, with `prefix` in front.
std::vector<NamedTensor> Parts(const Parameters& parameters, const std::vector<at::Tensor>& tensors,
                               const std::string& prefix);

std::vector<at::Tensor> Values(const Parameters& parameters);

}  // namespace musicgen::train
