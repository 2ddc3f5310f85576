#include "separation/expected_tensors.h"

#include <string>

#include "base/error.h"

namespace musicgen::separation {
namespace {

class Lister {
 public:
  explicit Lister(const HtDemucsConfig& config) : config_(config) {}

  std::vector<checkpoint::ExpectedTensor> List() {
    ListBranch("", 2 * config_.audio_channels);
    ListBranch("t", config_.audio_channels);
    if (config_.freq_emb > 0) {
      Add("freq_emb.embedding.weight",
          {config_.n_fft / 2 / HtDemucsConfig::kStride, config_.channels});
    }
    const int64_t deep = config_.Width(config_.depth - 1), width = config_.transformer_width();
    for (const char* suffix : {"", "_t"}) {
      if (config_.bottom_channels == 0) break;
      AddPair(StrCat("channel_upsampler", suffix), {width, deep, 1});
      AddPair(StrCat("channel_downsampler", suffix), {deep, width, 1});
    }
    if (config_.transformer_layers > 0) {
      AddNorm("crosstransformer.norm_in", width);
      AddNorm("crosstransformer.norm_in_t", width);
    }
    for (int64_t i = 0; i < config_.transformer_layers; ++i) {
      ListLayer(StrCat("crosstransformer.layers.", i), i % 2 == 1, width);
      ListLayer(StrCat("crosstransformer.layers_t.", i), i % 2 == 1, width);
    }
    return std::move(tensors_);
  }

 private:
  void Add(const std::string& name, Shape shape) {
    tensors_.push_back({name, std::move(shape), TensorRole::kFloatMatrix});
  }
  void AddPair(const std::string& name, Shape weight) {
    Add(name + ".bias", {weight.front()});
    Add(name + ".weight", std::move(weight));
  }
  void AddNorm(const std::string& name, int64_t width) { AddPair(name, {width}); }

  void ListResidual(const std::string& name, int64_t channels) {
    const int64_t hidden = config_.Hidden(channels);
    for (int64_t d = 0; d < config_.dconv_depth; ++d) {
      const std::string at = StrCat(name, ".dconv.layers.", d, ".");
      AddPair(at + "0", {hidden, channels, 3});
      AddNorm(at + "1", hidden);
      AddPair(at + "3", {2 * channels, hidden, 1});
      AddNorm(at + "4", 2 * channels);
      Add(at + "6.scale", {channels});
    }
  }

  // `parts`: channels of the branch's input.
  void ListBranch(const std::string& t, int64_t parts) {
    constexpr int64_t kKernel = HtDemucsConfig::kKernel;
    const bool frequency = t.empty();
    const auto kernel = [&](int64_t out, int64_t in, int64_t along, int64_t across) {
      return frequency ? Shape{out, in, along, across} : Shape{out, in, along};
    };
    for (int64_t i = 0; i < config_.depth; ++i) {
      const std::string name = StrCat(t, "encoder.", i);
      const int64_t in = i == 0 ? parts : config_.Width(i - 1), out = config_.Width(i);
      AddPair(name + ".conv", kernel(out, in, kKernel, 1));
      AddPair(name + ".rewrite", kernel(2 * out, out, 1, 1));
      if (config_.dconv_in_encoders) ListResidual(name, out);
    }
    for (int64_t j = 0; j < config_.depth; ++j) {
      const std::string name = StrCat(t, "decoder.", j);
      const int64_t i = config_.depth - 1 - j, in = config_.Width(i);
      const int64_t out = i == 0 ? config_.stems() * parts : config_.Width(i - 1);
      AddPair(name + ".rewrite", kernel(2 * in, in, 3, 3));
      Add(name + ".conv_tr.weight", kernel(in, out, kKernel, 1));
      Add(name + ".conv_tr.bias", {out});
      if (config_.dconv_in_decoders) ListResidual(name, in);
    }
  }

  void ListLayer(const std::string& name, bool cross, int64_t width) {
    const std::string attention = name + (cross ? ".cross_attn" : ".self_attn");
    const int64_t hidden = config_.transformer_hidden_width();
    Add(attention + ".in_proj_weight", {3 * width, width});
    Add(attention + ".in_proj_bias", {3 * width});
    AddPair(attention + ".out_proj", {width, width});
    AddPair(name + ".linear1", {hidden, width});
    AddPair(name + ".linear2", {width, hidden});
    AddNorm(name + ".norm1", width);
    AddNorm(name + ".norm2", width);
    if (cross) AddNorm(name + ".norm3", width);
    AddNorm(name + ".norm_out", width);
    Add(name + ".gamma_1.scale", {width});
    Add(name + ".gamma_2.scale", {width});
  }

  const HtDemucsConfig& config_;
  std::vector<checkpoint::ExpectedTensor> tensors_;
};

}  // namespace

std::vector<checkpoint::ExpectedTensor> ExpectedTensors(const HtDemucsConfig& config) {
  return Lister(config).List();
}

}  // namespace musicgen::separation
