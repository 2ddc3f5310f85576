// What an optimiser does with the gradients.
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <string>
#include <vector>

#include "train/optim/parameters.h"

namespace musicgen::train {

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  // One update with the gradients that the parameters hold; those without are left alone. The
  // learning rate of the settings is multiplied by `factor`, the schedule's.
  virtual void Step(double factor) = 0;
  // Everything but the parameters that the next step depends on: tensors to save and to fill in
  // place, and numbers.
  virtual std::vector<NamedTensor> State() = 0;
  virtual std::map<std::string, double> Numbers() const = 0;
  virtual void SetNumbers(const std::map<std::string, double>& numbers) = 0;
  // The learning rate of the last step, before the parameters' own scale.
  virtual double learning_rate() const = 0;
};

// Sets all gradients to none.
void ClearGradients(const Parameters& parameters);

// Scales the gradients so that their L2 norm over all parameters is at most `max_norm` (0: leaves
// them) and returns the norm before.
double ClipGradients(const Parameters& parameters, double max_norm);

}  // namespace musicgen::train
