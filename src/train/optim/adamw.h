// AdamW (Loshchilov, Hutter 2019) over all parameters in one pass.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "train/optim/optimizer.h"

namespace musicgen::train {

struct AdamWSettings {
  double lr = 1e-4;
  double beta1 = 0.9, beta2 = 0.95;
  double eps = 1e-8;
  double weight_decay = 0.1;  // decoupled, of every parameter
};

class AdamW : public Optimizer {
 public:
  AdamW(const Parameters& parameters, const AdamWSettings& settings);

  void Step(double factor) override;
  std::vector<NamedTensor> State() override;
  std::map<std::string, double> Numbers() const override;
  void SetNumbers(const std::map<std::string, double>& numbers) override;
  double learning_rate() const override { return learning_rate_; }

 private:
  const Parameters parameters_;
  const AdamWSettings settings_;
  std::vector<at::Tensor> first_, second_;  // moments
  std::vector<at::Tensor> steps_;           // of each parameter, as the fused kernel wants it
  double learning_rate_ = 0.0;
};

}  // namespace musicgen::train
