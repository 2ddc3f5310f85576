#include "train/lm/initialise.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <numbers>

namespace musicgen::train {
namespace {

// A normal number of deviation `std`, cut at 3 deviations, by inverting the distribution function
// as torch.nn.init.trunc_normal_ does.
void TruncatedNormal(const at::Tensor& tensor, double std, at::Generator generator) {
  const double edge = std::erf(3.0 / std::numbers::sqrt2);
  at::Tensor(tensor)
      .uniform_(-edge, edge, generator)
      .erfinv_()
      .mul_(std * std::numbers::sqrt2)
      .clamp_(-3 * std, 3 * std);
}

void Uniform(const at::Tensor& tensor, double bound, at::Generator generator) {
  at::Tensor(tensor).uniform_(-bound, bound, generator);
}

void Ones(const LayerNorm& norm) {
  norm.weight.fill_(1.0);
  norm.bias.zero_();
}

}  // namespace

void Initialise(LmModel& model, uint64_t seed) {
  const at::NoGradGuard no_grad;
  const at::Generator generator = at::detail::createCPUGenerator(seed);
  const auto deviation = [](int64_t fan_in) {
    return 1.0 / std::sqrt(static_cast<double>(fan_in));
  };
  const lm::LmConfig& config = model.config().lm;
  if (model.config().train_text_encoder) model.text_encoder().Initialise(generator);
  TruncatedNormal(model.embeddings(), deviation(config.width), generator);
  TruncatedNormal(model.heads(), deviation(config.width), generator);
  int64_t depth = 0;
  for (const LmModel::Layer& layer : model.layers()) {
    ++depth;
    Uniform(layer.self_qkv, deviation(config.width), generator);
    Uniform(layer.cross_q, deviation(config.width), generator);
    Uniform(layer.cross_kv, deviation(config.width), generator);
    TruncatedNormal(layer.self_out, deviation(config.width * 2 * depth), generator);
    TruncatedNormal(layer.cross_out, deviation(config.width * 2 * depth), generator);
    TruncatedNormal(layer.fc1, deviation(config.width * 2 * depth), generator);
    TruncatedNormal(layer.fc2, deviation(config.ffn_width * 2 * depth), generator);
    for (const LayerNorm* norm : {&layer.self_norm, &layer.cross_norm, &layer.feed_forward_norm}) {
      Ones(*norm);
    }
  }
  Ones(model.out_norm());
  if (model.projection().defined()) {
    const double bound = deviation(model.config().t5.d_model);
    Uniform(model.projection(), bound, generator);
    Uniform(model.projection_bias(), bound, generator);
  }
}

}  // namespace musicgen::train
