#include "mert/mert_config.h"

#include "base/error.h"

namespace musicgen::mert {
namespace {

using checkpoint::Config;

constexpr size_t kMostConvolutions = 16;
constexpr int64_t kMostHop = 1 << 20;

void ExpectBool(const Config& config, const char* key, bool expected) {
  if (config.Bool(key, expected) == expected) return;
  ThrowBadInput(config.Where(key), ": expected ", expected ? "true" : "false", ", found ",
                expected ? "false" : "true", " (not supported)");
}

void ExpectString(const Config& config, const char* key, const char* expected) {
  const std::string found = config.String(key, expected);
  if (found == expected) return;
  ThrowBadInput(config.Where(key), ": expected ", expected, ", found ", Printable(found),
                " (not supported)");
}

void RefuseSwitches(const Config& config) {
  ExpectString(config, "model_type", "mert_model");
  ExpectString(config, "feat_extract_norm", "group");
  ExpectString(config, "feat_extract_activation", "gelu");
  ExpectString(config, "hidden_act", "gelu");
  ExpectBool(config, "feat_proj_layer_norm", true);
  for (const char* key :
       {"conv_bias", "do_stable_layer_norm", "deepnorm", "feature_extractor_cqt"}) {
    ExpectBool(config, key, false);
  }
  constexpr double kOff = -1.0;
  if (const double found = config.Number("attention_relax", kOff, -1e6, 1e6); found > 0) {
    ThrowBadInput(config.Where("attention_relax"), ": expected ", kOff, ", found ", found,
                  " (not supported)");
  }
}

std::vector<Convolution> ReadConvolutions(const Config& config,
                                          const std::vector<Convolution>& otherwise) {
  std::vector<int64_t> channels, kernels, strides;
  for (const Convolution& conv : otherwise) {
    channels.push_back(conv.channels);
    kernels.push_back(conv.kernel);
    strides.push_back(conv.stride);
  }
  channels = config.Ints("conv_dim", channels, 1, 1 << 14, kMostConvolutions);
  const auto read = [&](const char* key, std::vector<int64_t>* list, int64_t most) {
    *list = config.Ints(key, *list, 1, most, kMostConvolutions);
    if (list->size() == channels.size()) return;
    ThrowBadInput(config.Where(key), ": expected ", channels.size(),
                  " numbers as conv_dim has, found ", list->size());
  };
  read("conv_kernel", &kernels, 1 << 10);
  read("conv_stride", &strides, 1 << 10);
  if (channels.empty()) {
    ThrowBadInput(config.Where("conv_dim"), ": expected at least one convolution, found none");
  }
  std::vector<Convolution> convolutions;
  int64_t hop = 1;
  for (size_t i = 0; i < channels.size(); ++i) {
    convolutions.push_back({channels[i], kernels[i], strides[i]});
    hop *= strides[i];
    if (hop > kMostHop) {
      ThrowBadInput(config.Where("conv_stride"), ": expected at most ", kMostHop,
                    " samples from a frame to the next, found more");
    }
  }
  return convolutions;
}

}  // namespace

int64_t MertConfig::hop_samples() const {
  int64_t hop = 1;
  for (const Convolution& conv : convolutions) hop *= conv.stride;
  return hop;
}

int64_t MertConfig::Frames(int64_t samples) const {
  for (const Convolution& conv : convolutions) {
    if (samples < conv.kernel) return 0;
    samples = (samples - conv.kernel) / conv.stride + 1;
  }
  return samples;
}

MertConfig ReadMertConfig(const Config& config) {
  RefuseSwitches(config);
  MertConfig mert;
  mert.sample_rate_hz = config.Int("sample_rate", mert.sample_rate_hz, 1000, 192000);
  mert.convolutions = ReadConvolutions(config, mert.convolutions);
  mert.width = config.Int("hidden_size", mert.width, 1, 1 << 14);
  mert.layers = config.Int("num_hidden_layers", mert.layers, 1, 1 << 8);
  mert.heads = config.Int("num_attention_heads", mert.heads, 1, 1 << 9);
  mert.ffn_width = config.Int("intermediate_size", mert.ffn_width, 1, 1 << 17);
  mert.position_kernel = config.Int("num_conv_pos_embeddings", mert.position_kernel, 1, 1 << 12);
  mert.position_groups =
      config.Int("num_conv_pos_embedding_groups", mert.position_groups, 1, 1 << 12);
  mert.norm_eps = static_cast<float>(config.Number("layer_norm_eps", 1e-5, 0, 1));
  if (mert.width % mert.heads != 0) {
    ThrowBadInput(config.Where("num_attention_heads"), ": expected a divisor of hidden_size ",
                  mert.width, ", found ", mert.heads);
  }
  if (mert.width % mert.position_groups != 0) {
    ThrowBadInput(config.Where("num_conv_pos_embedding_groups"),
                  ": expected a divisor of hidden_size ", mert.width, ", found ",
                  mert.position_groups);
  }
  return mert;
}

}  // namespace musicgen::mert
