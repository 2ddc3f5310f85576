// Sizes and switches of an EnCodec model, from a checkpoint's configuration.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checkpoint/config.h"
#include "checkpoint/json.h"
#include "nn/conv1d.h"

namespace musicgen::codec {

struct CodecConfig {
  int64_t sample_rate_hz = 32000;
  int64_t num_filters = 64;                               // channels next to the waveform
  std::vector<int64_t> upsampling_ratios = {8, 5, 4, 4};  // the decoder's; the encoder's backwards
  int64_t latent_width = 128;
  int64_t codebook_size = 2048;
  int64_t num_quantizers = 4;
  int64_t kernel_size = 7;
  int64_t last_kernel_size = 7;
  int64_t residual_kernel_size = 3;
  int64_t num_residual_layers = 1;
  int64_t dilation_growth_rate = 2;
  int64_t compress = 2;
  int64_t num_lstm_layers = 2;
  bool causal = false;
  bool conv_shortcut = false;
  nn::PadMode pad_mode = nn::PadMode::kReflect;
  double trim_right_ratio = 1.0;

  int64_t hop_samples() const;        // samples per frame
  int64_t frame_rate() const;         // frames per second, rounded up
  int64_t deepest_channels() const {  // the LSTM's width
    return num_filters << upsampling_ratios.size();
  }
};

// The largest of each size that a configuration may ask for.
namespace most {
inline constexpr int64_t kSampleRate = 1 << 20;
inline constexpr int64_t kChannels = 1 << 14;
inline constexpr int64_t kRatio = 256;
inline constexpr size_t kRatios = 8;
inline constexpr int64_t kCodebookSize = 1 << 20;
inline constexpr int64_t kQuantizers = 64;
inline constexpr int64_t kKernel = 255;
inline constexpr int64_t kResidualLayers = 16;
inline constexpr int64_t kDilationGrowth = 64;
inline constexpr int64_t kLstmLayers = 8;
}  // namespace most

// How messages name the places where a configuration says these.
struct CodecPlaces {
  std::string upsampling_ratios, num_filters, compress, num_residual_layers, trim_right_ratio;
};
// Checks what sizes that are in range must be together. Throws Error(kBadInput).
void CheckCodecConfig(const CodecConfig& config, const CodecPlaces& places);

// Reads EnCodec's config.json, or the `audio_encoder` object of a MusicGen model's; absent fields
// take the library's defaults. Throws Error(kBadInput) naming the key when a value is out of range
// or a switch differs from what is implemented: one channel (stereo models run it once per side),
// weight norm, no volume normalisation, no chunking.
CodecConfig ReadCodecConfig(const checkpoint::Config& encodec);
// The way back.
checkpoint::JsonValue ToJson(const CodecConfig& config);

}  // namespace musicgen::codec
