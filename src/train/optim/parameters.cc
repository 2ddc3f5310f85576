#include "train/optim/parameters.h"

#include "base/check.h"

namespace musicgen::train {

std::vector<NamedTensor> Parts(const Parameters& parameters, const std::vector<at::Tensor>& tensors,
                               const std::string& prefix) {
  MG_CHECK_EQ(parameters.size(), tensors.size());
  std::vector<NamedTensor> parts;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const auto count = static_cast<int64_t>(parameters[i].names.size());
    const int64_t rows = tensors[i].size(0) / count;
    MG_CHECK_EQ(rows * count, tensors[i].size(0));
    const at::Tensor all = tensors[i].detach();
    for (int64_t part = 0; part < count; ++part) {
      parts.push_back({prefix + parameters[i].names[static_cast<size_t>(part)],
                       count == 1 ? all : all.narrow(0, part * rows, rows)});
    }
  }
  return parts;
}

std::vector<at::Tensor> Values(const Parameters& parameters) {
  std::vector<at::Tensor> values;
  for (const Parameter& parameter : parameters) values.push_back(parameter.value);
  return values;
}

}  // namespace musicgen::train
