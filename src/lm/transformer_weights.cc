// The weights of the language model: which tensor goes where, in which format.

#include <numeric>

#include "base/error.h"
#include "lm/transformer.h"
#include "lm/weight_loader.h"

namespace musicgen::lm {
namespace {

size_t NormBytes(const nn::LayerNorm& norm) {
  return (norm.weight.size() + norm.bias.size()) * sizeof(float);
}

}  // namespace

Transformer::Transformer(ThreadPool& pool, const LmConfig& config,
                         const checkpoint::TensorSource& source, const std::string& prefix,
                         Formats formats)
    : config_(config), formats_(formats), positions_(config.width) {
  const WeightLoader loader(pool, config, source, prefix, formats.weights);
  const std::string root = prefix + "model.decoder.";
  std::vector<std::string> heads;
  for (int64_t k = 0; k < config.codebooks; ++k) {
    embeddings_.push_back(loader.Table(StrCat(root, "embed_tokens.", k, ".weight")));
    heads.push_back(StrCat(prefix, "lm_heads.", k, ".weight"));
  }
  for (int64_t i = 0; i < config.layers; ++i) {
    const std::string name = StrCat(root, "layers.", i, ".");
    const auto stack = [&](const std::string& attention, std::vector<std::string> parts,
                           int64_t slices = 1) {
      for (std::string& part : parts) part = name + attention + "." + part + "_proj.weight";
      return loader.Stack(parts, slices);
    };
    Layer layer;
    layer.self_norm = loader.Norm(name + "self_attn_layer_norm");
    layer.self_qk = stack("self_attn", {"q", "k"}, config.heads);
    layer.self_v = stack("self_attn", {"v"});
    head_parallel_ = layer.self_qk.SplitOutputsBy(2 * config.head_dim()) &&
                     layer.self_v.SplitOutputsBy(config.head_dim());
    layer.self_out = stack("self_attn", {"out"});
    if (config.cross_attention) {
      layer.cross_norm = loader.Norm(name + "encoder_attn_layer_norm");
      layer.cross_q = stack("encoder_attn", {"q"});
      head_parallel_ = layer.cross_q.SplitOutputsBy(config.head_dim()) && head_parallel_;
      layer.cross_kv = stack("encoder_attn", {"k", "v"});
      layer.cross_out = stack("encoder_attn", {"out"});
    }
    // "final_layer_norm" is the norm before the feed-forward block, not the model's last one.
    layer.ffn_norm = loader.Norm(name + "final_layer_norm");
    layer.fc1 = loader.Stack({name + "fc1.weight"});
    layer.fc2 = loader.Stack({name + "fc2.weight"});
    layers_.push_back(std::move(layer));
  }
  out_norm_ = loader.Norm(root + "layer_norm");
  heads_ = loader.Stack(heads);
  heads_.UseTwoDigitActivations();
  Layer& first = layers_.front();
  for (nn::Linear* linear : {&first.self_qk, &first.self_v, &first.self_out, &first.cross_q,
                             &first.cross_kv, &first.cross_out, &first.fc1, &first.fc2}) {
    linear->UseTwoDigitActivations();
  }
}

uint64_t Transformer::StepWeightBytes() const {
  const StageBytes stages = StageWeightBytes();
  return std::accumulate(stages.begin(), stages.end(), uint64_t{0});
}

StageBytes Transformer::StageWeightBytes() const {
  StageBytes bytes{};
  const auto of = [&](StepStage stage) -> uint64_t& { return bytes[static_cast<size_t>(stage)]; };
  of(StepStage::kHeads) = heads_.bytes();
  for (const Layer& layer : layers_) {
    of(StepStage::kQkv) += layer.self_qk.bytes() + layer.self_v.bytes();
    of(StepStage::kOut) += layer.self_out.bytes();
    of(StepStage::kFeedForward) += layer.fc1.bytes() + layer.fc2.bytes();
    if (config_.cross_attention)
      of(StepStage::kCross) += layer.cross_q.bytes() + layer.cross_out.bytes();
  }
  return bytes;
}

size_t Transformer::bytes() const {
  size_t bytes = heads_.bytes() + NormBytes(out_norm_);
  for (const nn::Embedding& embedding : embeddings_) bytes += embedding.bytes();
  for (const Layer& layer : layers_) {
    for (const nn::Linear* linear : {&layer.self_qk, &layer.self_v, &layer.self_out, &layer.cross_q,
                                     &layer.cross_kv, &layer.cross_out, &layer.fc1, &layer.fc2}) {
      bytes += linear->bytes();
    }
    bytes += NormBytes(layer.self_norm) + NormBytes(layer.cross_norm) + NormBytes(layer.ffn_norm);
  }
  return bytes;
}

uint64_t Transformer::CacheBytesPerPosition() const {
  const int64_t heads = config_.heads, dim = config_.head_dim();
  return static_cast<uint64_t>(config_.layers) * kernels::PositionBytes(formats_.cache, heads, dim);
}

}  // namespace musicgen::lm
