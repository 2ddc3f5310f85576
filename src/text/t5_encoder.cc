#include "text/t5_encoder.h"

#include "base/check.h"
#include "checkpoint/take_weights.h"
#include "text/expected_tensors.h"
#include "text/t5_positions.h"

namespace musicgen::text {
namespace {

using checkpoint::TakeFloats;
using checkpoint::TensorSource;
using kernels::WeightFormat;

std::string BlockName(const std::string& prefix, int64_t layer, int part) {
  return StrCat(prefix, "encoder.block.", layer, ".layer.", part, ".");
}

constexpr const char* kPositionBias = "SelfAttention.relative_attention_bias.weight";

nn::Linear TakeMatrices(ThreadPool& pool, const TensorSource& source,
                        const std::vector<std::string>& names, WeightFormat format) {
  nn::Linear linear = checkpoint::TakeLinear(pool, source, names, format);
  linear.UseTwoDigitActivations();
  return linear;
}

// Names of the matrices that go into the activation.
std::vector<std::string> FeedForwardIn(const T5Config& config, const std::string& block) {
  if (config.feed_forward == FeedForward::kRelu) return {block + "DenseReluDense.wi.weight"};
  return {block + "DenseReluDense.wi_0.weight", block + "DenseReluDense.wi_1.weight"};
}

}  // namespace

T5Encoder::T5Encoder(ThreadPool& pool, const T5Config& config, const TensorSource& source,
                     const std::string& prefix, WeightFormat format)
    : config_(config) {
  const TensorView embedding = source.Get(EmbeddingName(source, prefix));
  embedding_ = nn::Embedding(pool, format, embedding);
  source.Drop(embedding);
  position_bias_ = TakeFloats(source, BlockName(prefix, 0, 0) + kPositionBias);
  for (int64_t i = 0; i < config.num_layers; ++i) {
    const std::string attention = BlockName(prefix, i, 0);
    const std::string feed_forward = BlockName(prefix, i, 1);
    const std::string weights = attention + "SelfAttention.";
    nn::EncoderWeights layer;
    layer.attention_norm =
        nn::RmsNorm{TakeFloats(source, attention + "layer_norm.weight"), config.norm_eps};
    layer.qkv = TakeMatrices(
        pool, source, {weights + "q.weight", weights + "k.weight", weights + "v.weight"}, format);
    layer.attention_out = TakeMatrices(pool, source, {weights + "o.weight"}, format);
    layer.feed_forward_norm =
        nn::RmsNorm{TakeFloats(source, feed_forward + "layer_norm.weight"), config.norm_eps};
    layer.feed_forward_in = TakeMatrices(pool, source, FeedForwardIn(config, feed_forward), format);
    layer.feed_forward_out =
        TakeMatrices(pool, source, {feed_forward + "DenseReluDense.wo.weight"}, format);
    layers_.emplace_back(shape(), std::move(layer));
  }
  final_norm_ =
      nn::RmsNorm{TakeFloats(source, prefix + "encoder.final_layer_norm.weight"), config.norm_eps};
}

nn::EncoderShape T5Encoder::shape() const {
  return {.width = config_.d_model,
          .heads = config_.num_heads,
          .head_dim = config_.d_kv,
          .hidden_width = config_.d_ff,
          .score_scale = 1.0f,  // T5 does not divide by √d_kv
          .norm_place = nn::NormPlace::kBefore,
          .activation = config_.feed_forward == FeedForward::kRelu
                            ? nn::Activation::kRelu
                            : nn::Activation::kGatedGeluTanh};
}

std::vector<float> T5Encoder::RelativeBias(int64_t rows) const {
  const std::vector<int64_t> starts = BucketStarts(config_.num_buckets, config_.max_distance);
  std::vector<float> bias(static_cast<size_t>(config_.num_heads * (2 * rows - 1)));
  for (int64_t relative = 1 - rows; relative < rows; ++relative) {
    const int64_t bucket = RelativeBucket(relative, starts);
    for (int64_t head = 0; head < config_.num_heads; ++head) {
      bias[static_cast<size_t>(head * (2 * rows - 1) + relative + rows - 1)] =
          position_bias_[static_cast<size_t>(bucket * config_.num_heads + head)];
    }
  }
  return bias;
}

std::vector<float> T5Encoder::Encode(ThreadPool& pool, const TokenIds& ids,
                                     const std::atomic<bool>* stop) const {
  MG_CHECK_LT(0u, ids.size());
  for (const int32_t id : ids) MG_CHECK(0 <= id && id < config_.vocab_size);
  const auto rows = static_cast<int64_t>(ids.size());
  nn::EncoderActivations activations(shape(), rows, pool.size());
  activations.relative_bias = RelativeBias(rows);
  float* const x = activations.x.data();
  for (int64_t r = 0; r < rows; ++r) {
    embedding_.Lookup(ids[static_cast<size_t>(r)], x + r * config_.d_model);
  }
  for (const nn::EncoderBlock& layer : layers_) {
    if (!layer.Forward(pool, activations, stop)) return {};
  }
  for (int64_t r = 0; r < rows; ++r) {
    float* row = x + r * config_.d_model;
    nn::NormRow(final_norm_, row, config_.d_model, row);
  }
  return std::move(activations.x);
}

size_t T5Encoder::bytes() const {
  size_t bytes =
      embedding_.bytes() + position_bias_.size() * sizeof(float) + nn::Bytes(final_norm_);
  for (const nn::EncoderBlock& layer : layers_) bytes += layer.bytes();
  return bytes;
}

}  // namespace musicgen::text
