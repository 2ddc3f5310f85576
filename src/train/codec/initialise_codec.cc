#include "train/codec/initialise_codec.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

namespace musicgen::train {
namespace {

using Kind = codec::SeanetLayer::Kind;

double InverseRoot(int64_t count) { return 1.0 / std::sqrt(static_cast<double>(count)); }

int64_t FanIn(const NormedConvolution& convolution) {
  return convolution.direction.size(1) * convolution.direction.size(2);
}

void InitialiseNormal(NormedConvolution& convolution, double deviation, at::Generator generator) {
  convolution.SetWeight(at::randn(convolution.direction.sizes(), generator).mul_(deviation));
  convolution.bias.zero_();
}

void InitialiseLstm(const SeanetNetwork::Layer& layer, at::Generator generator) {
  const double bound = InverseRoot(layer.shape.in_channels);
  for (at::Tensor tensor : layer.lstm) tensor.uniform_(-bound, bound, generator);
}

void InitialisePreserving(SeanetNetwork& network, at::Generator generator) {
  constexpr double kGain = 1.15;
  for (SeanetNetwork::Layer& layer : network.layers()) {
    for (size_t i = 0; i < layer.convolutions.size(); ++i) {
      NormedConvolution& convolution = layer.convolutions[i];
      const bool transposed = layer.shape.kind == Kind::kConvTranspose,
                 residual_output = layer.shape.kind == Kind::kResidualUnit && i == 1;
      const int64_t fan_in = transposed ? 2 * layer.shape.in_channels : FanIn(convolution);
      InitialiseNormal(convolution, kGain * InverseRoot(fan_in) * (residual_output ? 0.5 : 1.0),
                       generator);
    }
    if (layer.shape.kind == Kind::kLstm) InitialiseLstm(layer, generator);
  }
}

void InitialiseAsFramework(SeanetNetwork& network, at::Generator generator) {
  for (SeanetNetwork::Layer& layer : network.layers()) {
    for (NormedConvolution& convolution : layer.convolutions) {
      InitialiseUniform(convolution, FanIn(convolution), generator);
    }
    if (layer.shape.kind == Kind::kLstm) InitialiseLstm(layer, generator);
  }
}

}  // namespace

void InitialiseUniform(NormedConvolution& convolution, int64_t fan_in, at::Generator generator) {
  const at::NoGradGuard no_grad;
  const double bound = InverseRoot(fan_in);
  convolution.SetWeight(
      at::empty(convolution.direction.sizes()).uniform_(-bound, bound, generator));
  convolution.bias.uniform_(-bound, bound, generator);
}

void Initialise(CodecNetwork& network, CodecInit init, uint64_t seed) {
  const at::NoGradGuard no_grad;
  const at::Generator generator = at::detail::createCPUGenerator(seed);
  if (init == CodecInit::kFramework) {
    InitialiseAsFramework(network.encoder(), generator);
    InitialiseAsFramework(network.decoder(), generator);
    return;
  }
  constexpr double kFirst = 8.0, kLast = 0.1;
  InitialisePreserving(network.encoder(), generator);
  InitialisePreserving(network.decoder(), generator);
  network.encoder().layers().front().convolutions.front().gain.mul_(kFirst);
  network.decoder().layers().back().convolutions.front().gain.mul_(kLast);
}

}  // namespace musicgen::train
