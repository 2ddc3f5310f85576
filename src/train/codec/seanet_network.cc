#include "train/codec/seanet_network.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace musicgen::train {
namespace {

using Kind = codec::SeanetLayer::Kind;

// Edge samples stay single; a signal no longer than the padding is extended by zeros for it.
at::Tensor PadReflected(const at::Tensor& x, int64_t left, int64_t right) {
  const int64_t extension = std::max<int64_t>(std::max(left, right) - x.size(2) + 1, 0);
  if (extension == 0) return at::reflection_pad1d(x, {left, right});
  const at::Tensor padded =
      at::reflection_pad1d(at::constant_pad_nd(x, {0, extension}), {left, right});
  return padded.narrow(2, 0, padded.size(2) - extension);
}

}  // namespace

SeanetNetwork::SeanetNetwork(const codec::CodecConfig& config,
                             const std::vector<codec::SeanetLayer>& layout,
                             const std::string& prefix, Parameters* parameters)
    : config_(config) {
  for (const codec::SeanetLayer& shape : layout) {
    Layer layer{shape, {}, {}};
    const std::string name = StrCat(prefix, shape.index);
    const int64_t in = shape.in_channels, out = shape.out_channels, hidden = in / config.compress;
    const auto convolution = [&](const char* part, int64_t from, int64_t to, int64_t kernel) {
      layer.convolutions.push_back(AddConvolution(name + part, {to, from, kernel}, to, parameters));
    };
    switch (shape.kind) {
      case Kind::kConv:
        convolution(".conv", in, out, shape.kernel);
        break;
      case Kind::kConvTranspose:
        layer.convolutions.push_back(
            AddConvolution(name + ".conv", {in, out, shape.kernel}, out, parameters));
        break;
      case Kind::kResidualUnit:
        convolution(".block.1.conv", in, hidden, shape.kernel);
        convolution(".block.3.conv", hidden, out, 1);
        if (config.conv_shortcut) convolution(".shortcut.conv", in, out, 1);
        break;
      case Kind::kLstm:
        for (int64_t l = 0; l < config.num_lstm_layers; ++l) {
          const auto add = [&](const char* part, const std::vector<int64_t>& size) {
            layer.lstm.push_back(
                AddParameter(StrCat(name, ".lstm.", part, "_l", l), size, parameters));
          };
          add("weight_ih", {4 * in, in});
          add("weight_hh", {4 * in, in});
          add("bias_ih", {4 * in});
          add("bias_hh", {4 * in});
        }
        break;
    }
    layers_.push_back(std::move(layer));
  }
}

// As nn/conv1d.h pads: N samples give ceil(N / stride).
at::Tensor SeanetNetwork::Convolve(const at::Tensor& x, const NormedConvolution& convolution,
                                   int64_t kernel, int64_t stride, int64_t dilation) const {
  const int64_t reach = (kernel - 1) * dilation + 1, outputs = (x.size(2) + stride - 1) / stride;
  const int64_t all = (outputs - 1) * stride + reach - x.size(2), total = reach - stride;
  const int64_t left = config_.causal ? total : total - total / 2, right = all - left;
  const auto apply = [&](const at::Tensor& padded, int64_t padding) {
    return at::conv1d(padded, convolution.Weight(), convolution.bias, stride, padding, dilation);
  };
  if (left == 0 && right == 0) return apply(x, 0);
  if (config_.pad_mode == nn::PadMode::kReflect) return apply(PadReflected(x, left, right), 0);
  if (left == right) return apply(x, left);
  return apply(at::constant_pad_nd(x, {left, right}), 0);
}

at::Tensor SeanetNetwork::ConvolveTransposed(const at::Tensor& x, const Layer& layer) const {
  const NormedConvolution& convolution = layer.convolutions.front();
  const int64_t stride = layer.shape.stride, total = layer.shape.kernel - stride;
  const auto causal_right =
      static_cast<int64_t>(std::ceil(static_cast<double>(total) * config_.trim_right_ratio));
  const int64_t left = config_.causal ? total - causal_right : total - total / 2;
  return at::conv_transpose1d(x, convolution.Weight(), convolution.bias, stride)
      .narrow(2, left, x.size(2) * stride);
}

at::Tensor SeanetNetwork::Lstm(const at::Tensor& x, const Layer& layer) const {
  const at::Tensor state = at::zeros({config_.num_lstm_layers, x.size(0), x.size(1)}, x.options());
  const at::Tensor in = x.permute({2, 0, 1}).contiguous();
  const auto [out, hidden, cell] =
      at::lstm(in, {state, state}, layer.lstm, /*has_biases=*/true, config_.num_lstm_layers,
               /*dropout=*/0.0, /*train=*/at::GradMode::is_enabled(), /*bidirectional=*/false,
               /*batch_first=*/false);
  return (out + in).permute({1, 2, 0}).contiguous();
}

at::Tensor SeanetNetwork::ResidualUnit(const at::Tensor& x, const Layer& layer) const {
  const auto& convolutions = layer.convolutions;
  at::Tensor y = Convolve(at::elu(x), convolutions[0], layer.shape.kernel, 1, layer.shape.dilation);
  y = Convolve(at::elu(y), convolutions[1], 1, 1, 1);
  return y + (config_.conv_shortcut ? Convolve(x, convolutions[2], 1, 1, 1) : x);
}

at::Tensor SeanetNetwork::Forward(at::Tensor x) const {
  for (const Layer& layer : layers_) {
    if (layer.shape.elu_input) x = at::elu(x);
    switch (layer.shape.kind) {
      case Kind::kConv:
        x = Convolve(x, layer.convolutions.front(), layer.shape.kernel, layer.shape.stride,
                     layer.shape.dilation);
        break;
      case Kind::kConvTranspose:
        x = ConvolveTransposed(x, layer);
        break;
      case Kind::kLstm:
        x = Lstm(x, layer);
        break;
      case Kind::kResidualUnit:
        x = ResidualUnit(x, layer);
        break;
    }
  }
  return x;
}

}  // namespace musicgen::train
