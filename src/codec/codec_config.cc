#include "codec/codec_config.h"

#include <cmath>
#include <limits>

#include "base/error.h"

namespace musicgen::codec {
namespace {

constexpr int64_t kMostChannels = 1 << 14;
constexpr int64_t kMostHop = 1 << 16;
constexpr int64_t kLongestReach = 1 << 12;  // frames under a dilated kernel

// As transformers' `num_quantizers`: what the last bandwidth, in kbit/s, pays for.
int64_t NumQuantizers(const checkpoint::Config& encodec, const CodecConfig& config) {
  const std::vector<double> bandwidths =
      encodec.Numbers("target_bandwidths", {1.5, 3.0, 6.0, 12.0, 24.0}, 0.0, 1e6, 64);
  int64_t bits = 0;
  while ((int64_t{1} << bits) < config.codebook_size) ++bits;
  if (bandwidths.empty()) {
    ThrowBadInput(encodec.Where("target_bandwidths"), ": expected at least one, found none");
  }
  const double per_book = static_cast<double>(config.frame_rate() * bits);
  // Python's //, whose quotient is exact where that of a division could round up.
  const double budget = 1000 * bandwidths.back();
  const double books = std::round((budget - std::fmod(budget, per_book)) / per_book);
  if (!(books >= 1 && books <= 64)) {
    ThrowBadInput(encodec.Where("target_bandwidths"), ": expected what 1 to 64 codebooks of ",
                  per_book / 1000, " kbit/s need, found ", bandwidths.back(), " kbit/s");
  }
  return static_cast<int64_t>(books);
}

void RefuseSwitches(const checkpoint::Config& encodec) {
  const std::string model_type = encodec.String("model_type", "encodec");
  if (model_type != "encodec") {
    ThrowBadInput(encodec.Where("model_type"), ": expected encodec, found ", Printable(model_type));
  }
  const std::string norm_type = encodec.String("norm_type", "weight_norm");
  if (norm_type != "weight_norm") {
    ThrowBadInput(encodec.Where("norm_type"), ": expected weight_norm, found ",
                  Printable(norm_type));
  }
  if (encodec.Bool("normalize", false)) {
    ThrowBadInput(encodec.Where("normalize"),
                  ": expected false, found true (volume normalisation is not supported)");
  }
  if (encodec.Has("chunk_length_s")) {
    ThrowBadInput(encodec.Where("chunk_length_s"),
                  ": expected null, found a value (codecs that overlap chunks are not supported)");
  }
  const int64_t channels = encodec.Int("audio_channels", 1, 1, 64);
  if (channels != 1) {
    ThrowBadInput(encodec.Where("audio_channels"),
                  ": expected 1 (stereo models use a codec of one channel twice), found ",
                  channels);
  }
}

nn::PadMode ReadPadMode(const checkpoint::Config& encodec) {
  const std::string mode = encodec.String("pad_mode", "reflect");
  if (mode == "reflect") return nn::PadMode::kReflect;
  if (mode == "constant") return nn::PadMode::kZero;
  ThrowBadInput(encodec.Where("pad_mode"), ": expected reflect or constant, found ",
                Printable(mode));
}

void CheckTogether(const checkpoint::Config& encodec, const CodecConfig& config) {
  const int64_t codebook_dim = encodec.Int("codebook_dim", config.latent_width, 1, kMostChannels);
  if (codebook_dim != config.latent_width) {
    ThrowBadInput(encodec.Where("codebook_dim"), ": expected hidden_size ", config.latent_width,
                  ", found ", codebook_dim);
  }
  if (config.upsampling_ratios.empty()) {
    ThrowBadInput(encodec.Where("upsampling_ratios"), ": expected at least one ratio, found none");
  }
  if (config.hop_samples() > kMostHop) {
    ThrowBadInput(encodec.Where("upsampling_ratios"), ": expected a product of at most ", kMostHop,
                  ", found ", config.hop_samples());
  }
  if (config.deepest_channels() > kMostChannels) {
    ThrowBadInput(encodec.Where("num_filters"), ": expected at most ", kMostChannels,
                  " channels at the deepest layer, found ", config.deepest_channels());
  }
  if (config.compress > config.num_filters) {
    ThrowBadInput(encodec.Where("compress"), ": expected at most num_filters ", config.num_filters,
                  ", found ", config.compress);
  }
  int64_t reach = config.residual_kernel_size;
  for (int64_t j = 1; j < config.num_residual_layers; ++j) {
    reach *= config.dilation_growth_rate;
    if (reach > kLongestReach) {
      ThrowBadInput(encodec.Where("num_residual_layers"), ": expected dilated kernels of at most ",
                    kLongestReach, " frames, found ", reach, " at layer ", j);
    }
  }
  if (!config.causal && config.trim_right_ratio != 1.0) {
    ThrowBadInput(encodec.Where("trim_right_ratio"),
                  ": expected 1 where use_causal_conv is false, found ", config.trim_right_ratio);
  }
}

}  // namespace

int64_t CodecConfig::hop_samples() const {
  int64_t product = 1;
  for (const int64_t ratio : upsampling_ratios) product *= ratio;
  return product;
}

int64_t CodecConfig::frame_rate() const {
  return (sample_rate_hz + hop_samples() - 1) / hop_samples();
}

CodecConfig ReadCodecConfig(const checkpoint::Config& encodec) {
  RefuseSwitches(encodec);
  CodecConfig config;
  config.sample_rate_hz = encodec.Int("sampling_rate", 24000, 1, 1 << 20);
  config.num_filters = encodec.Int("num_filters", 32, 1, kMostChannels);
  config.upsampling_ratios = encodec.Ints("upsampling_ratios", {8, 5, 4, 2}, 1, 256, 8);
  config.latent_width = encodec.Int("hidden_size", 128, 1, kMostChannels);
  config.codebook_size = encodec.Int("codebook_size", 1024, 2, 1 << 20);
  config.kernel_size = encodec.Int("kernel_size", 7, 1, 255);
  config.last_kernel_size = encodec.Int("last_kernel_size", 7, 1, 255);
  config.residual_kernel_size = encodec.Int("residual_kernel_size", 3, 1, 255);
  config.num_residual_layers = encodec.Int("num_residual_layers", 1, 0, 16);
  config.dilation_growth_rate = encodec.Int("dilation_growth_rate", 2, 1, 64);
  config.compress = encodec.Int("compress", 2, 1, kMostChannels);
  config.num_lstm_layers = encodec.Int("num_lstm_layers", 2, 1, 8);
  config.causal = encodec.Bool("use_causal_conv", true);
  config.conv_shortcut = encodec.Bool("use_conv_shortcut", true);
  config.pad_mode = ReadPadMode(encodec);
  config.trim_right_ratio = encodec.Number("trim_right_ratio", 1.0, 0.0, 1.0);
  CheckTogether(encodec, config);
  config.num_quantizers = NumQuantizers(encodec, config);
  return config;
}

}  // namespace musicgen::codec
