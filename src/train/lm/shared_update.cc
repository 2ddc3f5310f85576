#include "train/lm/shared_update.h"

#include <ATen/core/grad_mode.h>

#include <cstdio>

namespace musicgen::train {

UpdateValues::UpdateValues(int64_t books)
    : cross_entropy(at::zeros({books}, at::kDouble)), targets(at::zeros({books}, at::kDouble)) {}

void UpdateValues::Add(const HeadsLoss& pass, const Batch& batch) {
  const auto sum = [](const at::Tensor& of) { return of.sum(1, false, at::kDouble).cpu(); };
  loss += pass.loss.item<double>();
  positions += batch.positions();
  cross_entropy = cross_entropy + sum(pass.cross_entropy);
  targets = targets + sum(batch.targets.ge(0));
}

void ShareWeights(const Processes& processes, Batch& batch) {
  if (processes.alone() || !batch.weight_sums.defined()) return;
  const at::Tensor sums = batch.weight_sums.clone();
  processes.Sum({&sums, 1});
  NormaliseAmongAll(sums, batch);
}

void SumUpdate(const Processes& processes, const Parameters& parameters, UpdateValues& values) {
  if (processes.alone()) return;
  const at::NoGradGuard no_grad;
  // One message for all the small numbers: which gradients there are comes along.
  const auto count = static_cast<int64_t>(parameters.size()), books = values.targets.size(0);
  std::vector<double> has;
  for (const Parameter& parameter : parameters) has.push_back(parameter.value.grad().defined());
  const at::Tensor sums =
      at::cat({at::tensor({values.loss, static_cast<double>(values.positions)}, at::kDouble),
               values.cross_entropy, values.targets, at::tensor(has, at::kDouble)});
  processes.Sum({&sums, 1});
  values.loss = sums[0].item<double>();
  values.positions = std::llround(sums[1].item<double>());
  values.cross_entropy = sums.narrow(0, 2, books);
  values.targets = sums.narrow(0, 2 + books, books);
  const double* const anywhere = sums.const_data_ptr<double>() + 2 + 2 * books;
  std::vector<at::Tensor> gradients;
  for (int64_t i = 0; i < count; ++i) {
    if (anywhere[i] == 0.0) continue;
    const at::Tensor& value = parameters[static_cast<size_t>(i)].value;
    if (!value.grad().defined()) value.mutable_grad() = at::zeros_like(value);
    gradients.push_back(value.grad());
  }
  processes.Sum(gradients);
}

std::string Fingerprint(const std::vector<NamedTensor>& tensors) {
  uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a, of each tensor's sum of bit patterns
  for (const NamedTensor& tensor : tensors) {
    const auto sum = static_cast<uint64_t>(
        tensor.value.detach().contiguous().view(at::kInt).sum(at::kLong).item<int64_t>());
    hash = (hash ^ sum) * 0x100000001b3u;
  }
  char text[17];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

}  // namespace musicgen::train
