#include "mert/mert.h"

#include <cmath>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "checkpoint/take_weights.h"
#include "kernels/elementwise.h"

namespace musicgen::mert {
namespace {

using checkpoint::TakeFloats;
using checkpoint::TensorSource;

nn::LayerNorm TakeNorm(const TensorSource& source, const std::string& name, float eps) {
  return {TakeFloats(source, name + ".weight"), TakeFloats(source, name + ".bias"), eps};
}

// Layers on top of each other, with their biases.
nn::Linear TakeLayers(ThreadPool& pool, const TensorSource& source,
                      const std::vector<std::string>& names) {
  std::vector<std::string> weights;
  std::vector<float> biases;
  for (const std::string& name : names) {
    weights.push_back(name + ".weight");
    const std::vector<float> bias = TakeFloats(source, name + ".bias");
    biases.insert(biases.end(), bias.begin(), bias.end());
  }
  nn::Linear linear = checkpoint::TakeLinear(pool, source, weights, kernels::WeightFormat::kF32);
  linear.SetBias(std::move(biases));
  return linear;
}

nn::EncoderWeights TakeBlock(ThreadPool& pool, const TensorSource& source, int64_t index,
                             float eps) {
  const std::string layer = StrCat("encoder.layers.", index, ".");
  nn::EncoderWeights block;
  block.attention_norm = TakeNorm(source, layer + "layer_norm", eps);
  block.qkv = TakeLayers(
      pool, source,
      {layer + "attention.q_proj", layer + "attention.k_proj", layer + "attention.v_proj"});
  block.attention_out = TakeLayers(pool, source, {layer + "attention.out_proj"});
  block.feed_forward_norm = TakeNorm(source, layer + "final_layer_norm", eps);
  block.feed_forward_in = TakeLayers(pool, source, {layer + "feed_forward.intermediate_dense"});
  block.feed_forward_out = TakeLayers(pool, source, {layer + "feed_forward.output_dense"});
  return block;
}

// Every frame of x normalised, in place.
void NormFrames(const Worker& worker, const nn::Norm& norm, Features* x) {
  const Range mine = worker.Split(x->frames);
  for (int64_t t = mine.begin; t < mine.end; ++t) {
    nn::NormRow(norm, x->frame(t), x->width, x->frame(t));
  }
}

}  // namespace

Mert::Mert(ThreadPool& pool, const MertConfig& config, const TensorSource& source)
    : config_(config),
      extractor_(config, source),
      projection_norm_(TakeNorm(source, "feature_projection.layer_norm", config.norm_eps)),
      projection_(TakeLayers(pool, source, {"feature_projection.projection"})),
      positions_(config, source),
      norm_(TakeNorm(source, "encoder.layer_norm", config.norm_eps)) {
  for (int64_t i = 0; i < config.layers; ++i) {
    blocks_.emplace_back(block_shape(), TakeBlock(pool, source, i, config.norm_eps));
  }
}

nn::EncoderShape Mert::block_shape() const {
  const int64_t head_dim = config_.width / config_.heads;
  return {.width = config_.width,
          .heads = config_.heads,
          .head_dim = head_dim,
          .hidden_width = config_.ffn_width,
          .score_scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(head_dim))),
          .norm_place = nn::NormPlace::kAfter,
          .activation = nn::Activation::kGelu};
}

Features Mert::Project(ThreadPool& pool, Features x) const {
  Features y(x.frames, config_.width);
  pool.Run([&](Worker& worker) {
    NormFrames(worker, projection_norm_, &x);
    worker.Barrier();
    projection_.Forward(worker, x.values.data(), x.width, x.frames, y.values.data(), y.width);
  });
  return y;
}

Features Mert::AddPositions(ThreadPool& pool, Features x, const std::atomic<bool>* stop) const {
  const Features positions = positions_.Forward(pool, x, stop);
  if (positions.frames == 0) return {};
  kernels::Add(x.values.data(), positions.values.data(), x.frames * x.width, x.values.data());
  pool.Run([&](Worker& worker) { NormFrames(worker, norm_, &x); });
  return x;
}

Features Mert::Run(ThreadPool& pool, const Waveform& mono, const std::atomic<bool>* stop) const {
  MG_CHECK_EQ(mono.channels, 1);
  MG_CHECK_EQ(mono.sample_rate_hz, config_.sample_rate_hz);
  if (config_.Frames(mono.samples) == 0) {
    ThrowBadInput("style: expected enough sound for a frame of MERT's features, found ",
                  mono.samples, " samples at ", mono.sample_rate_hz, " Hz");
  }
  Features x;
  x.frames = mono.samples;
  x.width = 1;
  x.values = mono.values;
  for (size_t i = 0; i < extractor_.layers() && x.frames > 0; ++i) {
    x = extractor_.Forward(pool, i, x, stop);
  }
  if (x.frames > 0) x = AddPositions(pool, Project(pool, std::move(x)), stop);
  if (x.frames == 0) return {};  // stopped
  nn::EncoderActivations activations(block_shape(), x.frames, pool.size());
  activations.x = std::move(x.values);
  for (const nn::EncoderBlock& block : blocks_) {
    if (!block.Forward(pool, activations, stop)) return {};
  }
  x.values = std::move(activations.x);
  return x;
}

size_t Mert::bytes() const {
  size_t sum = extractor_.bytes() + nn::Bytes(projection_norm_) + projection_.bytes() +
               positions_.bytes() + nn::Bytes(norm_);
  for (const nn::EncoderBlock& block : blocks_) sum += block.bytes();
  return sum;
}

}  // namespace musicgen::mert
