// Adam that finds its own learning rate (Defazio, Mishchenko: Learning-Rate-Free Learning by
// D-Adaptation, 2023), as AudioCraft's DAdaptAdam has it: no bias correction, decoupled decay.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "train/optim/optimizer.h"

namespace musicgen::train {

struct DAdaptSettings {
  double lr = 1.0;
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0.0;
  double d0 = 1e-6;           // first estimate of the distance to the solution
  double growth_rate = -1.0;  // most growth of d in a step; not positive: unlimited
};

class DAdaptAdam : public Optimizer {
 public:
  DAdaptAdam(const Parameters& parameters, const DAdaptSettings& settings);

  void Step(double factor) override;
  std::vector<NamedTensor> State() override;
  std::map<std::string, double> Numbers() const override;
  void SetNumbers(const std::map<std::string, double>& numbers) override;
  double learning_rate() const override { return learning_rate_; }

  double d() const { return d_; }

 private:
  const Parameters parameters_;
  const DAdaptSettings settings_;
  std::vector<at::Tensor> first_, second_, sums_;  // m, v, s
  double d_, r_ = 0.0;
  double learning_rate_ = 0.0;
};

}  // namespace musicgen::train
