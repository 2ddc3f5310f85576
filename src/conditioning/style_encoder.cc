#include "conditioning/style_encoder.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/check.h"
#include "checkpoint/take_weights.h"
#include "conditioning/expected_tensors.h"
#include "conditioning/style_tensors.h"
#include "nn/sinusoidal_positions.h"

namespace musicgen::conditioning {
namespace {

using checkpoint::TakeFloats;
using checkpoint::TensorSource;

constexpr double kBatchNormEps = 1e-5;

nn::Linear TakeMatrix(ThreadPool& pool, const TensorSource& source, const std::string& name) {
  return checkpoint::TakeLinear(pool, source, {name}, kernels::WeightFormat::kF32);
}

nn::Linear TakeLayer(ThreadPool& pool, const TensorSource& source, const std::string& weight,
                     const std::string& bias) {
  nn::Linear linear = TakeMatrix(pool, source, weight);
  linear.SetBias(TakeFloats(source, bias));
  return linear;
}

nn::LayerNorm TakeNorm(const TensorSource& source, const std::string& name) {
  return {TakeFloats(source, name + ".weight"), TakeFloats(source, name + ".bias")};
}

std::vector<std::vector<float>> TakeCodebooks(const StyleConfig& config,
                                              const TensorSource& source) {
  std::vector<std::vector<float>> codebooks;
  for (int64_t k = 0; k < config.codebooks; ++k) {
    codebooks.push_back(ToFloats(source.Get(StyleCodebookName(k))));
  }
  return codebooks;
}

}  // namespace

StyleEncoder::StyleEncoder(ThreadPool& pool, const StyleConfig& config, int64_t width,
                           const TensorSource& source)
    : config_(config),
      embed_(TakeLayer(pool, source, StyleName("embed.weight"), StyleName("embed.bias"))),
      mean_(TakeFloats(source, StyleName("batch_norm.running_mean"))),
      scale_(TakeFloats(source, StyleName("batch_norm.running_var"))),
      nearest_(config.width, TakeCodebooks(config, source)),
      quantizer_(config.width, TakeCodebooks(config, source)),
      projection_(TakeLayer(pool, source, kStyleProjection.weight, kStyleProjection.bias)) {
  MG_CHECK_EQ(projection_.outputs(), width);
  for (float& variance : scale_) {
    variance = static_cast<float>(1.0 / std::sqrt(static_cast<double>(variance) + kBatchNormEps));
  }
  for (int64_t i = 0; i < config.layers; ++i) {
    const std::string layer = StyleLayerName(i);
    nn::EncoderWeights weights;
    weights.attention_norm = TakeNorm(source, layer + "norm1");
    weights.qkv = TakeMatrix(pool, source, layer + "self_attn.in_proj_weight");
    weights.attention_out = TakeMatrix(pool, source, layer + "self_attn.out_proj.weight");
    weights.feed_forward_norm = TakeNorm(source, layer + "norm2");
    weights.feed_forward_in = TakeMatrix(pool, source, layer + "linear1.weight");
    weights.feed_forward_out = TakeMatrix(pool, source, layer + "linear2.weight");
    blocks_.emplace_back(block_shape(), std::move(weights));
  }
}

nn::EncoderShape StyleEncoder::block_shape() const {
  const int64_t head_dim = config_.width / config_.heads;
  return {.width = config_.width,
          .heads = config_.heads,
          .head_dim = head_dim,
          .hidden_width = config_.ffn_width,
          .score_scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(head_dim))),
          .norm_place = nn::NormPlace::kBefore,
          .activation = nn::Activation::kGelu};
}

Features StyleEncoder::Embed(ThreadPool& pool, const Features& features) const {
  MG_CHECK_EQ(features.width, config_.feature_width);
  Features x(features.frames, config_.width);
  pool.Run([&](Worker& worker) {
    embed_.Forward(worker, features.values.data(), features.width, features.frames, x.values.data(),
                   x.width);
  });
  return x;
}

Features StyleEncoder::Transform(ThreadPool& pool, Features x,
                                 const std::atomic<bool>* stop) const {
  if (blocks_.empty()) return x;
  const nn::SinusoidalPositions positions(x.width);
  for (int64_t t = 0; t < x.frames; ++t) positions.AddTo(t, x.frame(t));
  nn::EncoderActivations activations(block_shape(), x.frames, pool.size());
  activations.x = std::move(x.values);
  for (const nn::EncoderBlock& block : blocks_) {
    if (!block.Forward(pool, activations, stop)) return {};
  }
  x.values = std::move(activations.x);  // as they are: no norm comes behind the last block
  return x;
}

Features StyleEncoder::Normalize(Features x) const {
  for (int64_t t = 0; t < x.frames; ++t) {
    float* row = x.frame(t);
    for (size_t i = 0; i < mean_.size(); ++i) row[i] = (row[i] - mean_[i]) * scale_[i];
  }
  return x;
}

Codes StyleEncoder::Quantize(ThreadPool& pool, Features x) const {
  Codes codes(config_.codebooks, x.frames);
  nearest_.Encode(pool, x.values.data(), x.frames, 0, &codes);
  return codes;
}

Codes StyleEncoder::Encode(ThreadPool& pool, const Features& features, int64_t ds_factor,
                           const std::atomic<bool>* stop) const {
  const Features x = Transform(pool, Embed(pool, features), stop);
  if (x.frames == 0) return {};  // stopped
  Features kept((x.frames + ds_factor - 1) / ds_factor, x.width);
  for (int64_t s = 0; s < kept.frames; ++s) {
    std::copy_n(x.frame(s * ds_factor), x.width, kept.frame(s));
  }
  return Quantize(pool, Normalize(std::move(kept)));
}

Features StyleEncoder::Vectors(const Codes& codes, int64_t books) const {
  Features sum(codes.frames, config_.width);
  quantizer_.Decode(codes, 0, 1, books, {0, codes.frames}, sum.values.data());
  return sum;
}

ConditionRows StyleEncoder::Project(ThreadPool& pool, const Codes& codes, int64_t books) const {
  const Features vectors = Vectors(codes, books);
  ConditionRows rows{vectors.frames, projection_.outputs(), {}};
  rows.values.resize(static_cast<size_t>(rows.rows * rows.width));
  pool.Run([&](Worker& worker) {
    projection_.Forward(worker, vectors.values.data(), vectors.width, vectors.frames,
                        rows.values.data(), rows.width);
  });
  return rows;
}

size_t StyleEncoder::bytes() const {
  size_t sum = embed_.bytes() + (mean_.size() + scale_.size()) * sizeof(float) + nearest_.bytes() +
               quantizer_.bytes() + projection_.bytes();
  for (const nn::EncoderBlock& block : blocks_) sum += block.bytes();
  return sum;
}

int64_t OwnStyleVectors(const StyleConfig& config, int64_t ds_factor, int64_t samples) {
  const int64_t step = config.sample_rate_hz * ds_factor;
  return (samples * kStyleFrameRate + step - 1) / step;
}

}  // namespace musicgen::conditioning
