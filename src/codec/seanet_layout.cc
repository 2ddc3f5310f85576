#include "codec/seanet_layout.h"

namespace musicgen::codec {
namespace {

using Kind = SeanetLayer::Kind;

class List {
 public:
  explicit List(const CodecConfig& config) : config_(config) {}

  void Conv(Kind kind, bool elu_input, int64_t in, int64_t out, int64_t kernel, int64_t stride) {
    if (elu_input) ++index_;
    layers_.push_back({kind, index_++, in, out, kernel, stride, 1, elu_input});
  }
  void Lstm(int64_t width) { layers_.push_back({Kind::kLstm, index_++, width, width}); }
  // Unit j has dilation growth^j.
  void ResidualUnits(int64_t channels) {
    int64_t dilation = 1;
    for (int64_t j = 0; j < config_.num_residual_layers; ++j) {
      layers_.push_back({Kind::kResidualUnit, index_++, channels, channels,
                         config_.residual_kernel_size, 1, dilation});
      dilation *= config_.dilation_growth_rate;
    }
  }
  std::vector<SeanetLayer> Build() { return std::move(layers_); }

 private:
  const CodecConfig& config_;
  int64_t index_ = 0;
  std::vector<SeanetLayer> layers_;
};

}  // namespace

std::vector<SeanetLayer> EncoderLayout(const CodecConfig& config) {
  List list(config);
  int64_t channels = config.num_filters;
  list.Conv(Kind::kConv, false, 1, channels, config.kernel_size, 1);
  for (auto ratio = config.upsampling_ratios.rbegin(); ratio != config.upsampling_ratios.rend();
       ++ratio) {
    list.ResidualUnits(channels);
    list.Conv(Kind::kConv, true, channels, 2 * channels, 2 * *ratio, *ratio);
    channels *= 2;
  }
  list.Lstm(channels);
  list.Conv(Kind::kConv, true, channels, config.latent_width, config.last_kernel_size, 1);
  return list.Build();
}

std::vector<SeanetLayer> DecoderLayout(const CodecConfig& config) {
  List list(config);
  int64_t channels = config.deepest_channels();
  list.Conv(Kind::kConv, false, config.latent_width, channels, config.kernel_size, 1);
  list.Lstm(channels);
  for (const int64_t ratio : config.upsampling_ratios) {
    list.Conv(Kind::kConvTranspose, true, channels, channels / 2, 2 * ratio, ratio);
    channels /= 2;
    list.ResidualUnits(channels);
  }
  list.Conv(Kind::kConv, true, channels, 1, config.last_kernel_size, 1);
  return list.Build();
}

}  // namespace musicgen::codec
