#include "codec/codec_config.h"

#include <cmath>
#include <utility>

#include "base/error.h"

namespace musicgen::codec {
namespace {

constexpr int64_t kMostHop = 1 << 16;
constexpr int64_t kLongestReach = 1 << 12;  // frames under a dilated kernel

int64_t BitsOf(int64_t codebook_size) {
  int64_t bits = 0;
  while ((int64_t{1} << bits) < codebook_size) ++bits;
  return bits;
}

// As transformers' `num_quantizers`: what the last bandwidth, in kbit/s, pays for.
int64_t NumQuantizers(const checkpoint::Config& encodec, const CodecConfig& config) {
  const std::vector<double> bandwidths =
      encodec.Numbers("target_bandwidths", {1.5, 3.0, 6.0, 12.0, 24.0}, 0.0, 1e6, 64);
  if (bandwidths.empty()) {
    ThrowBadInput(encodec.Where("target_bandwidths"), ": expected at least one, found none");
  }
  const double per_book = static_cast<double>(config.frame_rate() * BitsOf(config.codebook_size));
  // Python's //, whose quotient is exact where that of a division could round up.
  const double budget = 1000 * bandwidths.back();
  const double books = std::round((budget - std::fmod(budget, per_book)) / per_book);
  if (!(books >= 1 && books <= most::kQuantizers)) {
    ThrowBadInput(encodec.Where("target_bandwidths"), ": expected what 1 to ", most::kQuantizers,
                  " codebooks of ", per_book / 1000, " kbit/s need, found ", bandwidths.back(),
                  " kbit/s");
  }
  return static_cast<int64_t>(books);
}

// The least bandwidth, in kbit/s, that pays for the codebooks: the quotient is rounded down, so the
// product must not fall short.
double Bandwidth(const CodecConfig& config) {
  const auto wanted = static_cast<double>(config.num_quantizers * BitsOf(config.codebook_size) *
                                          config.frame_rate());
  double bandwidth = wanted / 1000;
  while (1000 * bandwidth < wanted) bandwidth = std::nextafter(bandwidth, 2 * bandwidth);
  return bandwidth;
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

void CheckCodebookWidth(const checkpoint::Config& encodec, const CodecConfig& config) {
  const int64_t codebook_dim = encodec.Int("codebook_dim", config.latent_width, 1, most::kChannels);
  if (codebook_dim != config.latent_width) {
    ThrowBadInput(encodec.Where("codebook_dim"), ": expected hidden_size ", config.latent_width,
                  ", found ", codebook_dim);
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

void CheckCodecConfig(const CodecConfig& config, const CodecPlaces& places) {
  if (config.upsampling_ratios.empty()) {
    ThrowBadInput(places.upsampling_ratios, ": expected at least one ratio, found none");
  }
  if (config.hop_samples() > kMostHop) {
    ThrowBadInput(places.upsampling_ratios, ": expected a product of at most ", kMostHop,
                  ", found ", config.hop_samples());
  }
  if (config.deepest_channels() > most::kChannels) {
    ThrowBadInput(places.num_filters, ": expected at most ", most::kChannels,
                  " channels at the deepest layer, found ", config.deepest_channels());
  }
  if (config.compress > config.num_filters) {
    ThrowBadInput(places.compress, ": expected at most ", config.num_filters,
                  ", the number of filters, found ", config.compress);
  }
  int64_t reach = config.residual_kernel_size;
  for (int64_t j = 1; j < config.num_residual_layers; ++j) {
    reach *= config.dilation_growth_rate;
    if (reach > kLongestReach) {
      ThrowBadInput(places.num_residual_layers, ": expected dilated kernels of at most ",
                    kLongestReach, " frames, found ", reach, " at layer ", j);
    }
  }
  if (!config.causal && config.trim_right_ratio != 1.0) {
    ThrowBadInput(places.trim_right_ratio, ": expected 1 where convolutions are not causal, found ",
                  config.trim_right_ratio);
  }
}

CodecConfig ReadCodecConfig(const checkpoint::Config& encodec) {
  RefuseSwitches(encodec);
  CodecConfig config;
  config.sample_rate_hz = encodec.Int("sampling_rate", 24000, 1, most::kSampleRate);
  config.num_filters = encodec.Int("num_filters", 32, 1, most::kChannels);
  config.upsampling_ratios =
      encodec.Ints("upsampling_ratios", {8, 5, 4, 2}, 1, most::kRatio, most::kRatios);
  config.latent_width = encodec.Int("hidden_size", 128, 1, most::kChannels);
  config.codebook_size = encodec.Int("codebook_size", 1024, 2, most::kCodebookSize);
  config.kernel_size = encodec.Int("kernel_size", 7, 1, most::kKernel);
  config.last_kernel_size = encodec.Int("last_kernel_size", 7, 1, most::kKernel);
  config.residual_kernel_size = encodec.Int("residual_kernel_size", 3, 1, most::kKernel);
  config.num_residual_layers = encodec.Int("num_residual_layers", 1, 0, most::kResidualLayers);
  config.dilation_growth_rate = encodec.Int("dilation_growth_rate", 2, 1, most::kDilationGrowth);
  config.compress = encodec.Int("compress", 2, 1, most::kChannels);
  config.num_lstm_layers = encodec.Int("num_lstm_layers", 2, 1, most::kLstmLayers);
  config.causal = encodec.Bool("use_causal_conv", true);
  config.conv_shortcut = encodec.Bool("use_conv_shortcut", true);
  config.pad_mode = ReadPadMode(encodec);
  config.trim_right_ratio = encodec.Number("trim_right_ratio", 1.0, 0.0, 1.0);
  CheckCodebookWidth(encodec, config);
  CheckCodecConfig(config, {encodec.Where("upsampling_ratios"), encodec.Where("num_filters"),
                            encodec.Where("compress"), encodec.Where("num_residual_layers"),
                            encodec.Where("trim_right_ratio")});
  config.num_quantizers = NumQuantizers(encodec, config);
  return config;
}

checkpoint::JsonValue ToJson(const CodecConfig& config) {
  checkpoint::JsonArray ratios;
  for (const int64_t ratio : config.upsampling_ratios) ratios.push_back({ratio});
  const bool reflect = config.pad_mode == nn::PadMode::kReflect;
  return {
      checkpoint::MakeObject({{"model_type", {"encodec"}},
                              {"architectures", {checkpoint::JsonArray{{"EncodecModel"}}}},
                              {"audio_channels", {1}},
                              {"sampling_rate", {config.sample_rate_hz}},
                              {"num_filters", {config.num_filters}},
                              {"upsampling_ratios", {std::move(ratios)}},
                              {"hidden_size", {config.latent_width}},
                              {"codebook_dim", {config.latent_width}},
                              {"codebook_size", {config.codebook_size}},
                              {"target_bandwidths", {checkpoint::JsonArray{{Bandwidth(config)}}}},
                              {"kernel_size", {config.kernel_size}},
                              {"last_kernel_size", {config.last_kernel_size}},
                              {"residual_kernel_size", {config.residual_kernel_size}},
                              {"num_residual_layers", {config.num_residual_layers}},
                              {"dilation_growth_rate", {config.dilation_growth_rate}},
                              {"compress", {config.compress}},
                              {"num_lstm_layers", {config.num_lstm_layers}},
                              {"use_causal_conv", {config.causal}},
                              {"use_conv_shortcut", {config.conv_shortcut}},
                              {"pad_mode", {reflect ? "reflect" : "constant"}},
                              {"trim_right_ratio", {config.trim_right_ratio}},
                              {"norm_type", {"weight_norm"}},
                              {"normalize", {false}},
                              {"chunk_length_s", {}},
                              {"overlap", {}}})};
}

}  // namespace musicgen::codec
