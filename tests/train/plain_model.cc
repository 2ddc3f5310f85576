#include "plain_model.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.h"

namespace musicgen::train {
namespace {

const std::string kDecoder = "decoder.model.decoder.", kT5 = "text_encoder.encoder.";

// q [T, H · d], k and v [S, H · d], bias [H or 1, T, S].
at::Tensor Attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, int64_t heads,
                  double scale, const at::Tensor& bias) {
  const auto split = [&](const at::Tensor& x) {
    return x.view({x.size(0), heads, x.size(1) / heads}).transpose(0, 1);
  };
  const at::Tensor scores = at::bmm(split(q), split(k).transpose(1, 2)) * scale + bias;
  return at::bmm(at::softmax(scores, -1), split(v)).transpose(0, 1).reshape(q.sizes());
}

at::Tensor Gelu(const at::Tensor& x) { return 0.5 * x * (1.0 + at::erf(x / std::numbers::sqrt2)); }

at::Tensor GeluTanh(const at::Tensor& x) {
  const double scale = std::sqrt(2.0 / std::numbers::pi);
  return 0.5 * x * (1.0 + at::tanh(scale * (x + 0.044715 * x.pow(3))));
}

// AudioCraft's create_sin_embedding: cosines, then sines.
at::Tensor Positions(int64_t count, int64_t width) {
  const int64_t half = width / 2;
  const at::Tensor p = at::arange(count, at::kDouble).view({-1, 1}),
                   i = at::arange(half, at::kDouble).view({1, -1});
  const at::Tensor phase = p / at::pow(10000.0, i / static_cast<double>(half - 1));
  return at::cat({phase.cos(), phase.sin()}, 1).to(at::kFloat);
}

// transformers' T5Attention._relative_position_bucket of an encoder, at distance `d` = key − query.
int64_t Bucket(int64_t d, int64_t buckets, int64_t most) {
  const int64_t half = buckets / 2, exact = half / 2, distance = std::abs(d);
  const int64_t first = d > 0 ? half : 0;
  if (distance < exact) return first + distance;
  const float ratio = std::log(static_cast<float>(distance) / static_cast<float>(exact)) /
                      static_cast<float>(std::log(static_cast<double>(most) / exact));
  const auto wide = exact + static_cast<int64_t>(ratio * static_cast<float>(half - exact));
  return first + std::min(wide, half - 1);
}

}  // namespace

PlainModel::PlainModel(const LmModel& model) : config_(model.config()) {
  for (const NamedTensor& tensor : Parts(model.parameters(), Values(model.parameters()), "")) {
    weights_[tensor.name] = tensor.value.clone().set_requires_grad(true);
  }
}

at::Tensor PlainModel::Norm(const std::string& name, const at::Tensor& x) const {
  const at::Tensor mean = x.mean(1, true), variance = (x - mean).square().mean(1, true);
  return (x - mean) / (variance + 1e-5).sqrt() * W(name) + weights_.at(name + ".bias");
}

at::Tensor PlainModel::RmsNorm(const std::string& name, const at::Tensor& x) const {
  return x / (x.square().mean(1, true) + config_.t5.norm_eps).sqrt() * W(name);
}

at::Tensor PlainModel::RelativeBias(int64_t length) const {
  std::vector<at::Tensor> rows;
  for (int64_t q = 0; q < length; ++q) {
    for (int64_t k = 0; k < length; ++k) {
      const int64_t bucket = Bucket(k - q, config_.t5.num_buckets, config_.t5.max_distance);
      rows.push_back(W(kT5 + "block.0.layer.0.SelfAttention.relative_attention_bias")[bucket]);
    }
  }
  return at::stack(rows).view({length, length, config_.t5.num_heads}).permute({2, 0, 1});
}

at::Tensor PlainModel::TextStates(const TokenIds& text) const {
  std::vector<at::Tensor> rows;
  for (const auto token : text) rows.push_back(W("text_encoder.shared")[token]);
  at::Tensor x = at::stack(rows);
  const at::Tensor bias = RelativeBias(x.size(0));
  for (int64_t i = 0; i < config_.t5.num_layers; ++i) {
    const std::string block = StrCat(kT5, "block.", i, ".layer."),
                      attention = block + "0.SelfAttention.", dense = block + "1.DenseReluDense.";
    const at::Tensor a = RmsNorm(block + "0.layer_norm", x);
    const at::Tensor mixed =
        Attend(at::mm(a, W(attention + "q").t()), at::mm(a, W(attention + "k").t()),
               at::mm(a, W(attention + "v").t()), config_.t5.num_heads, 1.0, bias);
    x = x + at::mm(mixed, W(attention + "o").t());
    const at::Tensor f = RmsNorm(block + "1.layer_norm", x);
    const at::Tensor hidden =
        config_.t5.feed_forward == text::FeedForward::kRelu
            ? at::relu(at::mm(f, W(dense + "wi").t()))
            : GeluTanh(at::mm(f, W(dense + "wi_0").t())) * at::mm(f, W(dense + "wi_1").t());
    x = x + at::mm(hidden, W(dense + "wo").t());
  }
  return RmsNorm(kT5 + "final_layer_norm", x);
}

at::Tensor PlainModel::Logits(const TrainingItem& item) const {
  const lm::LmConfig& lm = config_.lm;
  const int64_t frames = item.codes.frames, width = lm.width;
  // The null condition: one state of zeros.
  at::Tensor states = at::zeros({1, width});
  if (!item.text.empty()) {
    states = TextStates(item.text);
    if (weights_.contains("enc_to_dec_proj.weight")) {
      states = at::mm(states, W("enc_to_dec_proj").t()) + weights_.at("enc_to_dec_proj.bias");
    }
  }
  at::Tensor x = Positions(frames, width);
  for (int64_t k = 0; k < lm.codebooks; ++k) {
    std::vector<at::Tensor> rows;
    for (int64_t s = 0; s < frames; ++s) {
      const int64_t t = s - 1 - lm.pattern.delays[static_cast<size_t>(k)];
      rows.push_back(
          W(StrCat(kDecoder, "embed_tokens.", k))[t < 0 ? lm.codebook_size : item.codes.at(k, t)]);
    }
    x = x + at::stack(rows);
  }
  const at::Tensor causal =
      at::full({frames, frames}, -std::numeric_limits<float>::infinity()).triu(1);
  const double scale = 1.0 / std::sqrt(static_cast<double>(width / lm.heads));
  for (int64_t i = 0; i < lm.layers; ++i) {
    const std::string layer = StrCat(kDecoder, "layers.", i, ".");
    const auto attention = [&](const std::string& name, const at::Tensor& from,
                               const at::Tensor& to, const at::Tensor& bias) {
      const at::Tensor mixed =
          Attend(at::mm(from, W(layer + name + ".q_proj").t()),
                 at::mm(to, W(layer + name + ".k_proj").t()),
                 at::mm(to, W(layer + name + ".v_proj").t()), lm.heads, scale, bias);
      return at::mm(mixed, W(layer + name + ".out_proj").t());
    };
    const at::Tensor a = Norm(layer + "self_attn_layer_norm", x);
    x = x + attention("self_attn", a, a, causal);
    x = x + attention("encoder_attn", Norm(layer + "encoder_attn_layer_norm", x), states,
                      at::zeros({1}));
    const at::Tensor f = Norm(layer + "final_layer_norm", x);
    x = x + at::mm(Gelu(at::mm(f, W(layer + "fc1").t())), W(layer + "fc2").t());
  }
  x = Norm(kDecoder + "layer_norm", x);
  std::vector<at::Tensor> books;
  for (int64_t k = 0; k < lm.codebooks; ++k) {
    const int64_t delay = lm.pattern.delays[static_cast<size_t>(k)];
    const at::Tensor logits = at::mm(x, W(StrCat("decoder.lm_heads.", k)).t());
    const at::Tensor none = at::full({std::min(delay, frames), logits.size(1)},
                                     std::numeric_limits<float>::quiet_NaN());
    books.push_back(at::cat(
        {logits.narrow(0, std::min(delay, frames), frames - std::min(delay, frames)), none}));
  }
  return at::stack(books);
}

at::Tensor PlainModel::Loss(const std::vector<ItemGroup>& groups) const {
  at::Tensor loss = at::zeros({});
  for (const ItemGroup& group : groups) {
    std::vector<at::Tensor> logits;
    for (const TrainingItem& item : group.items) logits.push_back(Logits(item));
    for (int64_t k = 0; k < config_.lm.codebooks; ++k) {
      at::Tensor sum = at::zeros({});
      double weights = 0.0;
      for (size_t i = 0; i < group.items.size(); ++i) {
        const TrainingItem& item = group.items[i];
        const int64_t delay = config_.lm.pattern.delays[static_cast<size_t>(k)];
        for (int64_t t = 0; t < item.codes.frames - delay; ++t) {
          const double weight = static_cast<double>(item.frame_weights[static_cast<size_t>(t)]);
          if (weight == 0.0) continue;
          sum = sum - weight * at::log_softmax(logits[i][k][t], 0)[item.codes.at(k, t)];
          weights += weight;
        }
      }
      loss = loss + group.weight / static_cast<double>(config_.lm.codebooks) * sum / weights;
    }
  }
  return loss;
}

}  // namespace musicgen::train
