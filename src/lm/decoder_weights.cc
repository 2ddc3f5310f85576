// The tensors of the language model: their names in the Hugging Face layout, their shapes, their
// places.

#include <numeric>

#include "base/check.h"
#include "lm/decoder.h"
#include "nn/pack.h"

namespace musicgen::lm {
namespace {

using checkpoint::ExpectedTensor;
using checkpoint::TensorSource;

nn::LayerNorm LoadNorm(const TensorSource& source, const std::string& name) {
  return {ToFloats(source.Get(name + ".weight")), ToFloats(source.Get(name + ".bias"))};
}

// Stacks weight matrices on top of each other, or `parts` slices of each in turn, and drops their
// pages.
nn::Linear LoadStack(ThreadPool& pool, const TensorSource& source,
                     const std::vector<std::string>& names, kernels::WeightFormat format,
                     int64_t parts = 1) {
  std::vector<TensorView> tensors, slices;
  for (const std::string& name : names) tensors.push_back(source.Get(name));
  for (int64_t part = 0; part < parts; ++part) {
    for (const TensorView& tensor : tensors) {
      const int64_t rows = tensor.shape[0] / parts;
      slices.push_back(RowsOf(tensor, part * rows, (part + 1) * rows));
    }
  }
  nn::Linear linear = nn::PackStack(pool, format, slices);
  for (const TensorView& tensor : tensors) source.Drop(tensor);
  return linear;
}

}  // namespace

std::vector<ExpectedTensor> Decoder::Expected(const LmConfig& config, const std::string& prefix) {
  const int64_t width = config.width;
  const std::string root = prefix + "model.decoder.";
  std::vector<ExpectedTensor> expected;
  const auto norm = [&](const std::string& name) {
    expected.push_back({name + ".weight", {width}});
    expected.push_back({name + ".bias", {width}});
  };
  for (int64_t k = 0; k < config.codebooks; ++k) {
    expected.push_back(
        {StrCat(root, "embed_tokens.", k, ".weight"), {config.codebook_size + 1, width}});
    expected.push_back({StrCat(prefix, "lm_heads.", k, ".weight"), {config.codebook_size, width}});
  }
  for (int64_t i = 0; i < config.layers; ++i) {
    const std::string layer = StrCat(root, "layers.", i, ".");
    std::vector<std::string> attentions = {"self_attn"};
    if (config.cross_attention) attentions.push_back("encoder_attn");
    for (const std::string& attention : attentions) {
      for (const char* part : {"q_proj", "k_proj", "v_proj", "out_proj"}) {
        expected.push_back({layer + attention + "." + part + ".weight", {width, width}});
      }
      norm(layer + attention + "_layer_norm");
    }
    expected.push_back({layer + "fc1.weight", {config.ffn_width, width}});
    expected.push_back({layer + "fc2.weight", {width, config.ffn_width}});
    norm(layer + "final_layer_norm");
  }
  norm(root + "layer_norm");
  return expected;
}

Decoder::Decoder(ThreadPool& pool, const LmConfig& config, const TensorSource& source,
                 const std::string& prefix, Formats formats)
    : config_(config), formats_(formats), positions_(config.width) {
  const std::string root = prefix + "model.decoder.";
  std::vector<std::string> heads;
  for (int64_t k = 0; k < config.codebooks; ++k) {
    const TensorView table = source.Get(StrCat(root, "embed_tokens.", k, ".weight"));
    embeddings_.emplace_back(pool, formats.weights, table);
    source.Drop(table);
    heads.push_back(StrCat(prefix, "lm_heads.", k, ".weight"));
  }
  const kernels::WeightFormat sensitive =
      formats.weights == kernels::WeightFormat::kQ4 ? kernels::WeightFormat::kQ8 : formats.weights;
  for (int64_t i = 0; i < config.layers; ++i) {
    const std::string name = StrCat(root, "layers.", i, ".");
    const auto stack = [&](const std::string& attention, std::vector<std::string> parts,
                           kernels::WeightFormat format, int64_t slices = 1) {
      for (std::string& part : parts) part = name + attention + "." + part + "_proj.weight";
      return LoadStack(pool, source, parts, format, slices);
    };
    Layer layer;
    layer.self_norm = LoadNorm(source, name + "self_attn_layer_norm");
    layer.self_qk = stack("self_attn", {"q", "k"}, formats.weights, config.heads);
    layer.self_v = stack("self_attn", {"v"}, sensitive);
    head_parallel_ = layer.self_qk.SplitOutputsBy(2 * config.head_dim()) &&
                     layer.self_v.SplitOutputsBy(config.head_dim());
    layer.self_out = stack("self_attn", {"out"}, sensitive);
    if (config.cross_attention) {
      layer.cross_norm = LoadNorm(source, name + "encoder_attn_layer_norm");
      layer.cross_q = stack("encoder_attn", {"q"}, formats.weights);
      head_parallel_ = layer.cross_q.SplitOutputsBy(config.head_dim()) && head_parallel_;
      layer.cross_kv = stack("encoder_attn", {"k", "v"}, sensitive);
      layer.cross_out = stack("encoder_attn", {"out"}, formats.weights);
    }
    // "final_layer_norm" is the norm before the feed-forward block, not the model's last one.
    layer.ffn_norm = LoadNorm(source, name + "final_layer_norm");
    layer.fc1 = LoadStack(pool, source, {name + "fc1.weight"}, formats.weights);
    layer.fc2 = LoadStack(pool, source, {name + "fc2.weight"}, formats.weights);
    layers_.push_back(std::move(layer));
  }
  out_norm_ = LoadNorm(source, root + "layer_norm");
  heads_ = LoadStack(pool, source, heads, sensitive);
  heads_.UseTwoDigitActivations();
  Layer& first = layers_.front();
  for (nn::Linear* linear : {&first.self_qk, &first.self_v, &first.self_out, &first.cross_q,
                             &first.cross_kv, &first.cross_out, &first.fc1, &first.fc2}) {
    linear->UseTwoDigitActivations();
  }
}

uint64_t Decoder::StepWeightBytes() const {
  const StageBytes stages = StageWeightBytes();
  return std::accumulate(stages.begin(), stages.end(), uint64_t{0});
}

StageBytes Decoder::StageWeightBytes() const {
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

uint64_t Decoder::CacheBytesPerPosition() const {
  const int64_t heads = config_.heads, dim = config_.head_dim();
  return static_cast<uint64_t>(config_.layers) * kernels::PositionBytes(formats_.cache, heads, dim);
}

}  // namespace musicgen::lm
