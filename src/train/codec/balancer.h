// Losses of any size, balanced by what they do to the decoder's output (Défossez and others: High
// Fidelity Neural Audio Compression, 2022, section 3.4).
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace musicgen::train {

struct BalancerSettings {
  std::map<std::string, double> weights;  // of each loss
  double ema_decay = 0.999;               // of the gradients' norms
  double total_norm = 1.0;
};

class Balancer {
 public:
  using Losses = std::vector<std::pair<std::string, at::Tensor>>;

  explicit Balancer(const BalancerSettings& settings) : settings_(settings) {}

  // The gradient with respect to `output`, a leaf [B, …] that all losses depend on: Σ over losses
  // of their gradients, each divided by its averaged norm (an average over items) and weighted by
  // its share of the weights.
  at::Tensor Gradient(const Losses& losses, const at::Tensor& output);

  // The averages, to save and to go on from.
  std::map<std::string, double> Numbers() const;
  void SetNumbers(const std::map<std::string, double>& numbers);

 private:
  struct Average {
    double sum = 0.0, weight = 0.0;
  };
  BalancerSettings settings_;
  std::map<std::string, Average> norms_;
};

}  // namespace musicgen::train
