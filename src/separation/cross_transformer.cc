#include "separation/cross_transformer.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "checkpoint/take_weights.h"

namespace musicgen::separation {
namespace {

using checkpoint::TakeFloats;
using checkpoint::TensorSource;
using kernels::WeightFormat;

constexpr float kNormEps = 1e-5f;
constexpr double kMaxPeriod = 10000.0;
constexpr int64_t kMomentRows = 64;

nn::LayerNorm TakeLayerNorm(const TensorSource& source, const std::string& name) {
  return {TakeFloats(source, name + ".weight"), TakeFloats(source, name + ".bias"), kNormEps};
}

nn::Linear TakeLinear(ThreadPool& pool, const TensorSource& source, const std::string& name) {
  nn::Linear linear = checkpoint::TakeLinear(pool, source, {name + ".weight"}, WeightFormat::kF32);
  linear.SetBias(TakeFloats(source, name + ".bias"));
  return linear;
}

// Outputs [first, first + outputs) of attention's packed projection.
nn::Linear TakeProjection(const TensorSource& source, const std::string& attention, int64_t first,
                          int64_t outputs) {
  const std::vector<float> weight = TakeFloats(source, attention + ".in_proj_weight");
  const std::vector<float> bias = TakeFloats(source, attention + ".in_proj_bias");
  const int64_t inputs = static_cast<int64_t>(weight.size() / bias.size());
  nn::Linear linear(WeightFormat::kF32,
                    TensorView{"", DType::kF32, {outputs, inputs}, weight.data() + first * inputs});
  linear.SetBias({bias.begin() + first, bias.begin() + first + outputs});
  return linear;
}

// The phases are floats, as the reference computes them.
//
// create_2d_sin_embedding: of position p, channels 2k and 2k + 1 are sin and cos(p·ω_k).
std::vector<float> InterleavedPositions(int64_t positions, int64_t width) {
  std::vector<float> values;
  const float step = static_cast<float>(-(std::log(kMaxPeriod) / static_cast<double>(width)));
  for (int64_t p = 0; p < positions; ++p) {
    for (int64_t k = 0; k < width; k += 2) {
      const float phase = static_cast<float>(p) * std::exp(static_cast<float>(k) * step);
      values.push_back(std::sin(phase));
      values.push_back(std::cos(phase));
    }
  }
  return values;
}

// create_sin_embedding: [cos | sin].
std::vector<float> HalvedPositions(int64_t positions, int64_t width) {
  const int64_t half = width / 2;
  std::vector<float> periods;
  for (int64_t k = 0; k < half; ++k) {
    const float exponent = static_cast<float>(k) / static_cast<float>(half - 1);
    periods.push_back(std::pow(static_cast<float>(kMaxPeriod), exponent));
  }
  std::vector<float> values(static_cast<size_t>(positions * width));
  for (int64_t p = 0; p < positions; ++p) {
    float* row = values.data() + p * width;
    for (int64_t k = 0; k < half; ++k) {
      const float phase = static_cast<float>(p) / periods[static_cast<size_t>(k)];
      row[k] = std::cos(phase);
      row[half + k] = std::sin(phase);
    }
  }
  return values;
}

// The group norm of rows [rows, width], in place.
void NormAll(ThreadPool& team, const GroupNorm& norm, int64_t width, std::vector<float>* x) {
  const int64_t rows = static_cast<int64_t>(x->size()) / width;
  std::vector<Moments> parts(static_cast<size_t>((rows + kMomentRows - 1) / kMomentRows));
  const auto rows_of = [&](int64_t part) {
    return Range{part * kMomentRows, std::min((part + 1) * kMomentRows, rows)};
  };
  team.Run([&](Worker& worker) {
    const Range mine = worker.Split(static_cast<int64_t>(parts.size()));
    for (int64_t i = mine.begin; i < mine.end; ++i) {
      const Range part = rows_of(i);
      parts[static_cast<size_t>(i)].Add(x->data() + part.begin * width, part.size() * width);
    }
    worker.Barrier();
    const GroupNorm::Affine affine = norm.For(parts);
    for (int64_t i = mine.begin; i < mine.end; ++i) {
      const Range part = rows_of(i);
      for (int64_t r = part.begin; r < part.end; ++r) {
        float* row = x->data() + r * width;
        for (int64_t c = 0; c < width; ++c) {
          const size_t at = static_cast<size_t>(c);
          row[c] = row[c] * affine.scale[at] + affine.shift[at];
        }
      }
    }
  });
}

}  // namespace

CrossTransformer::CrossTransformer(ThreadPool& pool, const TensorSource& source,
                                   const HtDemucsConfig& config, int64_t bins, int64_t time_rows)
    : width_(config.transformer_width()),
      heads_(config.transformer_heads),
      hidden_width_(config.transformer_hidden_width()),
      frames_(config.frames()),
      bins_(bins),
      time_rows_(time_rows),
      norm_in_(TakeLayerNorm(source, "crosstransformer.norm_in")),
      norm_in_t_(TakeLayerNorm(source, "crosstransformer.norm_in_t")),
      frame_positions_(InterleavedPositions(frames_, width_ / 2)),
      bin_positions_(InterleavedPositions(bins, width_ / 2)),
      time_positions_(HalvedPositions(time_rows, width_)) {
  for (int64_t i = 0; i < config.transformer_layers; ++i) {
    frequency_.push_back(TakeLayer(pool, source, "layers", i));
    time_.push_back(TakeLayer(pool, source, "layers_t", i));
  }
}

nn::EncoderShape CrossTransformer::Shape(bool cross) const {
  const int64_t head_dim = width_ / heads_;
  return {.width = width_,
          .heads = heads_,
          .head_dim = head_dim,
          .hidden_width = hidden_width_,
          .score_scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(head_dim))),
          .norm_place = nn::NormPlace::kBefore,
          .activation = nn::Activation::kGelu,
          .cross = cross};
}

CrossTransformer::Layer CrossTransformer::TakeLayer(ThreadPool& pool, const TensorSource& source,
                                                    const char* branch, int64_t index) const {
  const bool cross = index % 2 == 1;
  const std::string name = StrCat("crosstransformer.", branch, ".", index, ".");
  const std::string attention = name + (cross ? "cross_attn" : "self_attn");
  nn::EncoderWeights w;
  w.attention_norm = TakeLayerNorm(source, name + "norm1");
  w.qkv = TakeProjection(source, attention, 0, cross ? width_ : 3 * width_);
  if (cross) {
    w.memory_norm = TakeLayerNorm(source, name + "norm2");
    w.memory_kv = TakeProjection(source, attention, width_, 2 * width_);
  }
  w.attention_out = TakeLinear(pool, source, attention + ".out_proj");
  w.attention_gains = TakeFloats(source, name + "gamma_1.scale");
  w.feed_forward_norm = TakeLayerNorm(source, name + (cross ? "norm3" : "norm2"));
  w.feed_forward_in = TakeLinear(pool, source, name + "linear1");
  w.feed_forward_out = TakeLinear(pool, source, name + "linear2");
  w.feed_forward_gains = TakeFloats(source, name + "gamma_2.scale");
  return {nn::EncoderBlock(Shape(cross), std::move(w)), TakeGroupNorm(source, name + "norm_out")};
}

void CrossTransformer::AddPositions(ThreadPool& team, Tokens* tokens) const {
  MG_CHECK_EQ(static_cast<int64_t>(tokens->frequency.size()), frames_ * bins_ * width_);
  MG_CHECK_EQ(static_cast<int64_t>(tokens->time.size()), time_rows_ * width_);
  const int64_t half = width_ / 2;
  team.Run([&](Worker& worker) {
    Range mine = worker.Split(frames_ * bins_);
    for (int64_t r = mine.begin; r < mine.end; ++r) {
      float* row = tokens->frequency.data() + r * width_;
      nn::NormRow(norm_in_, row, width_, row);
      const float* frame = frame_positions_.data() + r / bins_ * half;
      const float* bin = bin_positions_.data() + r % bins_ * half;
      for (int64_t c = 0; c < half; ++c) row[c] += frame[c];
      for (int64_t c = 0; c < half; ++c) row[half + c] += bin[c];
    }
    mine = worker.Split(time_rows_);
    for (int64_t r = mine.begin; r < mine.end; ++r) {
      float* row = tokens->time.data() + r * width_;
      nn::NormRow(norm_in_t_, row, width_, row);
      const float* position = time_positions_.data() + r * width_;
      for (int64_t c = 0; c < width_; ++c) row[c] += position[c];
    }
  });
}

bool CrossTransformer::RunBlock(ThreadPool& team, const Layer& layer, bool cross,
                                const std::vector<float>& memory,
                                std::optional<nn::EncoderActivations>* activations,
                                std::vector<float>* x, const std::atomic<bool>* stop) const {
  const auto rows = [&](const std::vector<float>& tokens) {
    return static_cast<int64_t>(tokens.size()) / width_;
  };
  if (!*activations) {
    activations->emplace(Shape(cross), rows(*x), team.size(), cross ? rows(memory) : 0);
  }
  nn::EncoderActivations& a = **activations;
  a.x.swap(*x);
  if (!layer.block.Forward(team, a, stop, cross ? memory.data() : nullptr)) return false;
  a.x.swap(*x);
  NormAll(team, layer.norm_out, width_, x);
  return true;
}

bool CrossTransformer::RunLayer(ThreadPool& team, BlockScratch& scratch, size_t i, Tokens* tokens,
                                const std::atomic<bool>* stop) const {
  const bool cross = i % 2 == 1;
  std::vector<float> before;  // the time branch asks what this layer was given
  if (cross) before = tokens->frequency;
  return RunBlock(team, frequency_[i], cross, tokens->time, &scratch.Activations(false, cross),
                  &tokens->frequency, stop) &&
         RunBlock(team, time_[i], cross, before, &scratch.Activations(true, cross), &tokens->time,
                  stop);
}

bool CrossTransformer::Forward(ThreadPool& team, BlockScratch& scratch, Tokens* tokens,
                               const std::atomic<bool>* stop) const {
  AddPositions(team, tokens);
  for (size_t i = 0; i < layers(); ++i) {
    if (!RunLayer(team, scratch, i, tokens, stop)) return false;
  }
  return true;
}

size_t CrossTransformer::bytes() const {
  size_t sum =
      nn::Bytes(norm_in_) + nn::Bytes(norm_in_t_) +
      (frame_positions_.size() + bin_positions_.size() + time_positions_.size()) * sizeof(float);
  for (const std::vector<Layer>* layers : {&frequency_, &time_}) {
    for (const Layer& layer : *layers) sum += layer.block.bytes() + layer.norm_out.bytes();
  }
  return sum;
}

}  // namespace musicgen::separation
