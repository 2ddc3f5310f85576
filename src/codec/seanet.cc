#include "codec/seanet.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "codec/residual_unit.h"
#include "codec/weight_norm.h"
#include "nn/conv1d.h"
#include "nn/conv_transpose1d.h"
#include "nn/held_format.h"
#include "nn/lstm.h"

namespace musicgen::codec {
namespace {

using Kind = SeanetLayer::Kind;

constexpr float kMaxF16 = 65504.0f;

class Loader {
 public:
  Loader(const CodecConfig& config, const checkpoint::TensorSource& source,
         kernels::WeightFormat format)
      : config_(config), source_(source), format_(format) {}

  std::unique_ptr<const nn::Layer> Load(const SeanetLayer& layer, const std::string& name) const {
    switch (layer.kind) {
      case Kind::kConv:
        return std::make_unique<nn::Conv1d>(Conv(name + ".conv", layer.in_channels,
                                                 layer.out_channels, layer.kernel, layer.stride,
                                                 layer.dilation, layer.elu_input));
      case Kind::kConvTranspose:
        return ConvTranspose(layer, name + ".conv");
      case Kind::kLstm:
        return Lstm(layer.in_channels, name + ".lstm.");
      case Kind::kResidualUnit:
        break;
    }
    const int64_t channels = layer.in_channels;
    const int64_t hidden = channels / config_.compress;
    std::optional<nn::Conv1d> shortcut;
    if (config_.conv_shortcut) {
      shortcut = Conv(name + ".shortcut.conv", channels, channels, 1, 1, 1, false);
    }
    return std::make_unique<ResidualUnit>(
        Conv(name + ".block.1.conv", channels, hidden, layer.kernel, 1, layer.dilation, true),
        Conv(name + ".block.3.conv", hidden, channels, 1, 1, 1, true), std::move(shortcut));
  }

 private:
  nn::Conv1d Conv(const std::string& base, int64_t in, int64_t out, int64_t kernel, int64_t stride,
                  int64_t dilation, bool elu_input) const {
    nn::Conv1dShape shape;
    shape.in_channels = in;
    shape.out_channels = out;
    shape.kernel = kernel;
    shape.stride = stride;
    shape.dilation = dilation;
    shape.causal = config_.causal;
    shape.pad_mode = config_.pad_mode;
    shape.elu_input = elu_input;
    const Shape weight_shape = {out, in, kernel};
    const std::vector<float> weight = LoadConvWeight(source_, base, weight_shape);
    return nn::Conv1d(shape, ConvFormat(weight, weight_shape), weight.data(),
                      LoadTensor(source_, base + ".bias", {out}).data());
  }

  std::unique_ptr<const nn::Layer> ConvTranspose(const SeanetLayer& layer,
                                                 const std::string& base) const {
    nn::ConvTranspose1dShape shape;
    shape.in_channels = layer.in_channels;
    shape.out_channels = layer.out_channels;
    shape.kernel = layer.kernel;
    shape.stride = layer.stride;
    shape.causal = config_.causal;
    shape.trim_right_ratio = config_.trim_right_ratio;
    shape.elu_input = layer.elu_input;
    const Shape weight_shape = {layer.in_channels, layer.out_channels, layer.kernel};
    const std::vector<float> weight = LoadConvWeight(source_, base, weight_shape);
    return std::make_unique<nn::ConvTranspose1d>(
        shape, ConvFormat(weight, weight_shape), weight.data(),
        LoadTensor(source_, base + ".bias", {layer.out_channels}).data());
  }

  std::unique_ptr<const nn::Layer> Lstm(int64_t width, const std::string& base) const {
    auto lstm = std::make_unique<nn::Lstm>(width, LstmFormat(base + "weight_hh_l0"));
    for (int64_t l = 0; l < config_.num_lstm_layers; ++l) {
      const std::string suffix = "_l" + std::to_string(l);
      const auto weight_ih = LoadTensor(source_, base + "weight_ih" + suffix, {4 * width, width});
      const auto weight_hh = LoadTensor(source_, base + "weight_hh" + suffix, {4 * width, width});
      const auto bias_ih = LoadTensor(source_, base + "bias_ih" + suffix, {4 * width});
      const auto bias_hh = LoadTensor(source_, base + "bias_hh" + suffix, {4 * width});
      lstm->AddLayer({weight_ih.data(), weight_hh.data(), bias_ih.data(), bias_hh.data()});
    }
    return lstm;
  }

  kernels::WeightFormat ConvFormat(const std::vector<float>& weight, const Shape& shape) const {
    const kernels::WeightFormat format = nn::HeldFormat(TensorRole::kConvolution, format_, shape);
    const bool fits =
        format != kernels::WeightFormat::kF16 ||
        std::all_of(weight.begin(), weight.end(), [](float w) { return std::abs(w) <= kMaxF16; });
    return fits ? format : kernels::WeightFormat::kF32;
  }

  kernels::WeightFormat LstmFormat(const std::string& weight) const {
    const TensorView tensor = source_.Get(weight);
    return nn::HeldFormat(TensorRole::kRecurrent, format_, tensor.shape, tensor.dtype);
  }

  const CodecConfig& config_;
  const checkpoint::TensorSource& source_;
  kernels::WeightFormat format_;
};

}  // namespace

Seanet::Seanet(const CodecConfig& config, const std::vector<SeanetLayer>& layout,
               const checkpoint::TensorSource& source, const std::string& prefix,
               kernels::WeightFormat format)
    : segments_(PlanSegments(layout)) {
  const Loader loader(config, source, format);
  for (const SeanetLayer& layer : layout) {
    layers_.push_back({layer.index, loader.Load(layer, prefix + std::to_string(layer.index))});
  }
}

size_t Seanet::bytes() const {
  size_t sum = 0;
  for (const Entry& entry : layers_) sum += entry.layer->bytes();
  return sum;
}

}  // namespace musicgen::codec
