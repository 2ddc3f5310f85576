#include "train/lm/lm_model.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "train/lm/autocast.h"
#include "train/lm/checkpointing.h"
#include "train/optim/device.h"

namespace musicgen::train {
namespace {

// [items · T, n · D] as n tensors [items, H, T, D / H].
std::vector<at::Tensor> SplitHeads(const at::Tensor& rows, int64_t items, int64_t parts,
                                   int64_t heads) {
  return rows.view({items, rows.size(0) / items, parts, heads, rows.size(1) / parts / heads})
      .permute({2, 0, 3, 1, 4})
      .unbind(0);
}

// The way back of one of them.
at::Tensor JoinHeads(const at::Tensor& x) {
  return x.transpose(1, 2).reshape({x.size(0) * x.size(2), x.size(1) * x.size(3)});
}

std::vector<int64_t> GroupRows(const Batch& batch) {
  std::vector<int64_t> rows;
  for (const Batch::Group& group : batch.groups) rows.push_back(group.items * group.frames);
  return rows;
}

std::vector<int64_t> GroupItems(const Batch& batch, int64_t rows_per_item) {
  std::vector<int64_t> items;
  for (const Batch::Group& group : batch.groups) items.push_back(group.items * rows_per_item);
  return items;
}

Parameters Joined(Parameters first, const Parameters& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace

LmModel::LmModel(const LmModelConfig& config)
    : config_(config), text_encoder_(config.t5, "text_encoder.", &parameters_) {
  MG_CHECK(config.lm.cross_attention);
  text_parameters_ = parameters_.size();
  const int64_t width = config.lm.width;
  const auto add = [&](const std::vector<std::string>& names, std::vector<int64_t> shape) {
    at::Tensor value = at::zeros(shape).set_requires_grad(true);
    parameters_.push_back({names, value});
    return value;
  };
  if (config.t5.d_model != width) {
    projection_ = add({"enc_to_dec_proj.weight"}, {width, config.t5.d_model});
    projection_bias_ = add({"enc_to_dec_proj.bias"}, {width});
  }
  const std::string root = "decoder.model.decoder.";
  const auto norm = [&](const std::string& name) {
    return LayerNorm{add({name + ".weight"}, {width}), add({name + ".bias"}, {width})};
  };
  std::vector<std::string> embeddings, heads;
  for (int64_t k = 0; k < config.lm.codebooks; ++k) {
    embeddings.push_back(StrCat(root, "embed_tokens.", k, ".weight"));
    heads.push_back(StrCat("decoder.lm_heads.", k, ".weight"));
  }
  embeddings_ = add(embeddings, {config.lm.codebooks * (config.lm.codebook_size + 1), width});
  for (int64_t i = 0; i < config.lm.layers; ++i) {
    const std::string name = StrCat(root, "layers.", i, ".");
    const auto stack = [&](const char* attention, std::initializer_list<const char*> parts) {
      std::vector<std::string> names;
      for (const char* part : parts) {
        names.push_back(StrCat(name, attention, ".", part, "_proj.weight"));
      }
      return add(names, {width * static_cast<int64_t>(parts.size()), width});
    };
    Layer layer;
    layer.self_norm = norm(name + "self_attn_layer_norm");
    layer.self_qkv = stack("self_attn", {"q", "k", "v"});
    layer.self_out = stack("self_attn", {"out"});
    layer.cross_norm = norm(name + "encoder_attn_layer_norm");
    layer.cross_q = stack("encoder_attn", {"q"});
    layer.cross_kv = stack("encoder_attn", {"k", "v"});
    layer.cross_out = stack("encoder_attn", {"out"});
    layer.feed_forward_norm = norm(name + "final_layer_norm");
    layer.fc1 = add({name + "fc1.weight"}, {config.lm.ffn_width, width});
    layer.fc2 = add({name + "fc2.weight"}, {width, config.lm.ffn_width});
    layers_.push_back(layer);
  }
  out_norm_ = norm(root + "layer_norm");
  heads_ = add(heads, {config.lm.codebooks * config.lm.codebook_size, width});
  if (!config.train_text_encoder) {
    for (size_t i = 0; i < text_parameters_; ++i) parameters_[i].value.set_requires_grad(false);
  }
}

void LmModel::To(at::Device device) {
  MoveTo(device, parameters_);
  MoveTo(device, low_rank_.parameters());
  positions_.reset();
}

Parameters LmModel::trained() const {
  Parameters trained;
  for (const Parameter& parameter : Joined(parameters_, low_rank_.parameters())) {
    if (parameter.value.requires_grad()) trained.push_back(parameter);
  }
  return trained;
}

void LmModel::AddLowRank(LowRankTerms terms) {
  MG_CHECK(low_rank_.empty());
  MG_CHECK(config_.used_rows.empty());
  for (const Parameter& parameter : parameters_) parameter.value.set_requires_grad(false);
  low_rank_ = std::move(terms);
}

void LmModel::MergeLowRank() {
  low_rank_.Merge();
  low_rank_ = LowRankTerms();
}

void LmModel::ScaleConditioningRate(double scale) {
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const std::string& name = parameters_[i].names.front();
    const bool conditioning = i < text_parameters_ || name.starts_with("enc_to_dec_proj.") ||
                              name.find(".encoder_attn") != std::string::npos;
    if (conditioning) parameters_[i].lr_scale = scale;
  }
}

at::Tensor LmModel::TextStates(const Batch& batch) const {
  const at::Tensor none =
      at::zeros({1, config_.lm.width}, embeddings_.options().requires_grad(false));
  if (batch.tokens.size(0) == 0) return none;
  at::Tensor states;
  {
    const at::AutoGradMode mode(at::GradMode::is_enabled() && config_.train_text_encoder);
    states = text_encoder_.Forward(batch);
  }
  if (projection_.defined()) states = low_rank_.Linear(states, projection_, projection_bias_);
  return at::cat({states, none});
}

at::Tensor LmModel::SelfAttention(const Layer& layer, const at::Tensor& x,
                                  const Batch& batch) const {
  const at::Tensor qkv = low_rank_.Linear(layer.self_norm(x), layer.self_qkv);
  const std::vector<at::Tensor> groups = qkv.split_with_sizes(GroupRows(batch));
  std::vector<at::Tensor> mixed;
  for (size_t g = 0; g < groups.size(); ++g) {
    const auto heads = SplitHeads(groups[g], batch.groups[g].items, 3, config_.lm.heads);
    mixed.push_back(JoinHeads(at::scaled_dot_product_attention(
        heads[0], heads[1], heads[2], {}, /*dropout_p=*/0.0, /*is_causal=*/true)));
  }
  return low_rank_.Linear(at::cat(mixed), layer.self_out);
}

at::Tensor LmModel::CrossAttention(const Layer& layer, const at::Tensor& x,
                                   const at::Tensor& states, const Batch& batch) const {
  const int64_t length = batch.text_mask.size(3), tokens = states.size(0) - 1;
  const at::Tensor q = low_rank_.Linear(layer.cross_norm(x), layer.cross_q);
  // Keys and values of the tokens, then each in its item's place.
  const at::Tensor kv = at::embedding(low_rank_.Linear(states, layer.cross_kv), batch.padded_index,
                                      /*padding_idx=*/tokens);
  const std::vector<at::Tensor> q_groups = q.split_with_sizes(GroupRows(batch));
  const std::vector<at::Tensor> kv_groups = kv.split_with_sizes(GroupItems(batch, length));
  const std::vector<at::Tensor> masks = batch.text_mask.split_with_sizes(GroupItems(batch, 1));
  std::vector<at::Tensor> mixed;
  for (size_t g = 0; g < q_groups.size(); ++g) {
    const int64_t items = batch.groups[g].items;
    const auto query = SplitHeads(q_groups[g], items, 1, config_.lm.heads);
    const auto key_value = SplitHeads(kv_groups[g], items, 2, config_.lm.heads);
    const at::Tensor mask = masks[g].expand({items, 1, batch.groups[g].frames, length});
    mixed.push_back(
        JoinHeads(at::scaled_dot_product_attention(query[0], key_value[0], key_value[1], mask)));
  }
  return low_rank_.Linear(at::cat(mixed), layer.cross_out);
}

at::Tensor LmModel::FeedForward(const Layer& layer, const at::Tensor& x) const {
  const at::Tensor hidden = low_rank_.Linear(layer.feed_forward_norm(x), layer.fc1);
  return low_rank_.Linear(at::gelu(hidden), layer.fc2);
}

at::Tensor LmModel::Decode(const Layer& layer, const at::Tensor& input, const at::Tensor& states,
                           const Batch& batch) const {
  at::Tensor x = input + SelfAttention(layer, input, batch);
  x = x + CrossAttention(layer, x, states, batch);
  return x + FeedForward(layer, x);
}

at::Tensor LmModel::Hidden(const Batch& batch) const {
  int64_t longest = 0;
  for (const Batch::Group& group : batch.groups) longest = std::max(longest, group.frames);
  if (!positions_.defined() || positions_.size(0) < longest) {
    positions_ = PositionVectors(longest, config_.lm.width).to(device());
  }
  std::vector<at::Tensor> positions;
  for (const Batch::Group& group : batch.groups) {
    positions.push_back(positions_.narrow(0, 0, group.frames).repeat({group.items, 1}));
  }
  // T5 and its projection stay in float32, as AudioCraft runs them.
  const at::Tensor states = TextStates(batch);
  const Autocast autocast(config_.autocast, embeddings_.device());
  at::Tensor x = SumOfEmbeddings(embeddings_, batch.inputs) + at::cat(positions);
  x = low_rank_.AddEmbeddings(x, embeddings_, batch.inputs);
  for (const Layer& layer : layers_) {
    const auto decode = [this, &layer, &batch](const at::Tensor& in, const at::Tensor& text) {
      const Autocast again(config_.autocast, in.device());
      return Decode(layer, in, text, batch);
    };
    x = config_.checkpointing ? Recomputed(decode, x, states) : Decode(layer, x, states, batch);
  }
  return out_norm_(x).to(at::kFloat);
}

HeadsLoss LmModel::Loss(const Batch& batch) const {
  const auto [hidden, heads] = low_rank_.Widen(Hidden(batch), heads_);
  return CrossEntropyOfHeads(hidden, heads, batch.targets, batch.weights, config_.used_rows);
}

}  // namespace musicgen::train
