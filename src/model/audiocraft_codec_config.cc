// The compression model's half of audiocraft_config.h.

#include "base/error.h"
#include "model/audiocraft_config.h"
#include "model/audiocraft_switches.h"

namespace musicgen::model {
namespace {

using checkpoint::Config;

void RefuseSwitches(const Config& xp, const Config& encodec, const Config& seanet) {
  ExpectString(xp, "compression_model", "encodec", "encodec");
  ExpectString(encodec, "autoencoder", "seanet", "seanet");
  ExpectString(encodec, "quantizer", "rvq", "rvq");
  ExpectBool(encodec, "renormalize", false, false);
  ExpectInt(encodec, "channels", 1, 1);
  ExpectInt(seanet, "channels", 1, 1);
  ExpectString(seanet, "norm", "none", "weight_norm");
  ExpectString(seanet, "activation", "ELU", "ELU");
  ExpectNumber(seanet.Object("activation_params"), "alpha", 1.0, 1.0);
  ExpectInt(seanet, "disable_norm_outer_blocks", 0, 0);
  ExpectNull(seanet.Object("decoder"), "final_activation");
  // Both halves share one set of sizes here.
  for (const char* half : {"encoder", "decoder"}) {
    for (const std::string& key : seanet.Object(half).Keys()) {
      if (key == "trim_right_ratio" || key == "final_activation" ||
          key == "final_activation_params") {
        continue;
      }
      ThrowBadInput(seanet.Object(half).Where(key), ": settings of one half are not supported");
    }
  }
}

nn::PadMode ReadPadMode(const Config& seanet) {
  const std::string mode = seanet.String("pad_mode", "reflect");
  if (mode == "reflect") return nn::PadMode::kReflect;
  if (mode == "constant") return nn::PadMode::kZero;
  ThrowBadInput(seanet.Where("pad_mode"), ": expected reflect or constant, found ",
                Printable(mode));
}

}  // namespace

codec::CodecConfig ReadAudioCraftCodecConfig(const Config& xp) {
  namespace most = codec::most;
  const Config encodec = xp.Object("encodec"), seanet = xp.Object("seanet"), rvq = xp.Object("rvq"),
               decoder = seanet.Object("decoder");
  RefuseSwitches(xp, encodec, seanet);
  codec::CodecConfig config;
  config.sample_rate_hz = encodec.Int(
      "sample_rate", xp.Int("sample_rate", 32000, 1, most::kSampleRate), 1, most::kSampleRate);
  config.num_filters = seanet.Int("n_filters", 32, 1, most::kChannels);
  config.upsampling_ratios = seanet.Ints("ratios", {8, 5, 4, 2}, 1, most::kRatio, most::kRatios);
  config.latent_width = seanet.Int("dimension", 128, 1, most::kChannels);
  config.codebook_size = rvq.Int("bins", 1024, 2, most::kCodebookSize);
  config.num_quantizers = rvq.Int("n_q", 8, 1, most::kQuantizers);
  config.kernel_size = seanet.Int("kernel_size", 7, 1, most::kKernel);
  config.last_kernel_size = seanet.Int("last_kernel_size", 7, 1, most::kKernel);
  config.residual_kernel_size = seanet.Int("residual_kernel_size", 3, 1, most::kKernel);
  config.num_residual_layers = seanet.Int("n_residual_layers", 3, 0, most::kResidualLayers);
  config.dilation_growth_rate = seanet.Int("dilation_base", 2, 1, most::kDilationGrowth);
  config.compress = seanet.Int("compress", 2, 1, most::kChannels);
  if (!seanet.Has("lstm")) {
    ThrowBadInput(seanet.Where("lstm"), ": expected a number of layers, found none");
  }
  config.num_lstm_layers = seanet.Int("lstm", 0, 1, most::kLstmLayers);
  config.causal = seanet.Bool("causal", false);
  config.conv_shortcut = !seanet.Bool("true_skip", true);
  config.pad_mode = ReadPadMode(seanet);
  config.trim_right_ratio = decoder.Number("trim_right_ratio", 1.0, 0.0, 1.0);
  codec::CheckCodecConfig(
      config, {seanet.Where("ratios"), seanet.Where("n_filters"), seanet.Where("compress"),
               seanet.Where("n_residual_layers"), decoder.Where("trim_right_ratio")});
  return config;
}

}  // namespace musicgen::model
