#include "train/lm/text_encoder.h"

#include <ATen/core/grad_mode.h>

#include <cmath>

#include "base/error.h"
#include "text/t5_positions.h"

namespace musicgen::train {
namespace {

at::Tensor RmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  return at::rms_norm(x, weight.sizes(), weight, eps);
}

}  // namespace

TextEncoder::TextEncoder(const text::T5Config& config, const std::string& prefix,
                         Parameters* parameters)
    : config_(config) {
  const int64_t d = config.d_model, inner = config.inner();
  const auto add = [&](const std::vector<std::string>& names, std::vector<int64_t> shape) {
    at::Tensor value = at::zeros(shape).set_requires_grad(true);
    Parameter parameter{{}, value};
    for (const std::string& name : names) parameter.names.push_back(prefix + name + ".weight");
    parameters->push_back(parameter);
    return value;
  };
  embedding_ = add({"shared"}, {config.vocab_size, d});
  for (int64_t i = 0; i < config.num_layers; ++i) {
    const std::string block = StrCat("encoder.block.", i, ".layer."),
                      attention = block + "0.SelfAttention.",
                      feed_forward = block + "1.DenseReluDense.";
    Layer layer;
    layer.attention_norm = add({block + "0.layer_norm"}, {d});
    layer.qkv = add({attention + "q", attention + "k", attention + "v"}, {3 * inner, d});
    layer.out = add({attention + "o"}, {d, inner});
    if (i == 0) {
      position_bias_ =
          add({attention + "relative_attention_bias"}, {config.num_buckets, config.num_heads});
    }
    layer.feed_forward_norm = add({block + "1.layer_norm"}, {d});
    layer.feed_forward_in =
        config.feed_forward == text::FeedForward::kRelu
            ? add({feed_forward + "wi"}, {config.d_ff, d})
            : add({feed_forward + "wi_0", feed_forward + "wi_1"}, {2 * config.d_ff, d});
    layer.feed_forward_out = add({feed_forward + "wo"}, {d, config.d_ff});
    layers_.push_back(layer);
  }
  final_norm_ = add({"encoder.final_layer_norm"}, {d});
}

void TextEncoder::Initialise(at::Generator generator) {
  const at::NoGradGuard no_grad;
  const auto deviation = [](int64_t fan_in) {
    return 1.0 / std::sqrt(static_cast<double>(fan_in));
  };
  const auto normal = [&](const at::Tensor& value, double std) {
    at::Tensor(value).normal_(0.0, std, generator);
  };
  const int64_t d = config_.d_model, inner = config_.inner();
  normal(embedding_, 1.0);
  normal(position_bias_, deviation(d));
  final_norm_.fill_(1.0);
  for (const Layer& layer : layers_) {
    layer.attention_norm.fill_(1.0);
    layer.feed_forward_norm.fill_(1.0);
    normal(layer.qkv, deviation(d));
    // Scores are not divided by √d_kv: the queries are.
    layer.qkv.narrow(0, 0, inner).mul_(deviation(config_.d_kv));
    normal(layer.out, deviation(inner));
    normal(layer.feed_forward_in, deviation(d));
    normal(layer.feed_forward_out, deviation(config_.d_ff));
  }
}

at::Tensor TextEncoder::PositionBias(int64_t length) const {
  const std::vector<int64_t> starts = text::BucketStarts(config_.num_buckets, config_.max_distance);
  at::Tensor buckets = at::empty({length, length}, at::kLong);
  auto* const to = buckets.mutable_data_ptr<int64_t>();
  for (int64_t q = 0; q < length; ++q) {
    for (int64_t k = 0; k < length; ++k) to[q * length + k] = text::RelativeBucket(k - q, starts);
  }
  return at::embedding(position_bias_, buckets.to(position_bias_.device()))
      .permute({2, 0, 1})
      .unsqueeze(0);
}

at::Tensor TextEncoder::Attention(const Layer& layer, const at::Tensor& x, const Batch& batch,
                                  const at::Tensor& bias) const {
  const int64_t tokens = x.size(0), items = batch.items(), length = bias.size(2),
                heads = config_.num_heads, dim = config_.d_kv;
  const at::Tensor normed = RmsNorm(x, layer.attention_norm, config_.norm_eps);
  const at::Tensor qkv = at::linear(normed, layer.qkv);
  const at::Tensor none = at::zeros({1, qkv.size(1)}, qkv.options());
  const at::Tensor padded =
      at::embedding(at::cat({qkv, none}), batch.padded_index, /*padding_idx=*/tokens)
          .view({items, length, 3, heads, dim})
          .permute({2, 0, 3, 1, 4});
  const std::vector<at::Tensor> parts = padded.unbind(0);
  const at::Tensor scores = at::matmul(parts[0], parts[1].transpose(-1, -2)) + bias;
  const at::Tensor mixed = at::matmul(at::softmax(scores, -1), parts[2]);
  const at::Tensor rows = mixed.transpose(1, 2).reshape({items * length, heads * dim});
  return at::linear(at::embedding(rows, batch.token_place), layer.out);
}

at::Tensor TextEncoder::FeedForward(const Layer& layer, const at::Tensor& x) const {
  const at::Tensor normed = RmsNorm(x, layer.feed_forward_norm, config_.norm_eps);
  const at::Tensor hidden = at::linear(normed, layer.feed_forward_in);
  if (config_.feed_forward == text::FeedForward::kRelu) {
    return at::linear(at::relu(hidden), layer.feed_forward_out);
  }
  const std::vector<at::Tensor> halves = hidden.chunk(2, 1);
  return at::linear(at::gelu(halves[0], "tanh") * halves[1], layer.feed_forward_out);
}

at::Tensor TextEncoder::Forward(const Batch& batch) const {
  at::Tensor x = at::embedding(embedding_, batch.tokens);
  const at::Tensor bias = PositionBias(batch.text_mask.size(3)) + batch.text_mask;
  for (const Layer& layer : layers_) {
    x = x + Attention(layer, x, batch, bias);
    x = x + FeedForward(layer, x);
  }
  return RmsNorm(x, final_norm_, config_.norm_eps);
}

}  // namespace musicgen::train
