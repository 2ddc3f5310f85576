#include "train/codec/balancer.h"

#include <torch/csrc/autograd/autograd.h>

namespace musicgen::train {
namespace {

constexpr double kEpsilon = 1e-12;
constexpr char kSum[] = ".sum", kWeight[] = ".weight";

double MeanNorm(const at::Tensor& gradient) {
  return at::linalg_vector_norm(gradient.flatten(1), 2, at::IntArrayRef{1}).mean().item<double>();
}

}  // namespace

at::Tensor Balancer::Gradient(const Losses& losses, const at::Tensor& output) {
  double all_weights = 0.0;
  for (const auto& [name, loss] : losses) all_weights += settings_.weights.at(name);
  at::Tensor sum = at::zeros_like(output);
  for (const auto& [name, loss] : losses) {
    const at::Tensor gradient =
        torch::autograd::grad({loss}, {output}, {}, /*retain_graph=*/true).front();
    Average& norm = norms_[name];
    norm.sum = settings_.ema_decay * norm.sum + MeanNorm(gradient);
    norm.weight = settings_.ema_decay * norm.weight + 1.0;
    const double share = settings_.weights.at(name) / all_weights;
    sum.add_(gradient, settings_.total_norm * share / (norm.sum / norm.weight + kEpsilon));
  }
  return sum;
}

std::map<std::string, double> Balancer::Numbers() const {
  std::map<std::string, double> numbers;
  for (const auto& [name, norm] : norms_) {
    numbers[name + kSum] = norm.sum;
    numbers[name + kWeight] = norm.weight;
  }
  return numbers;
}

void Balancer::SetNumbers(const std::map<std::string, double>& numbers) {
  norms_.clear();
  for (const auto& [name, weight] : settings_.weights) {
    const auto sum = numbers.find(name + kSum), count = numbers.find(name + kWeight);
    if (sum != numbers.end() && count != numbers.end()) {
      norms_[name] = {sum->second, count->second};
    }
  }
}

}  // namespace musicgen::train
