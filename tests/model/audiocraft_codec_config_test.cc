// AudioCraft's settings of a codec, to ours and back.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "model/audiocraft_config.h"
#include "model/audiocraft_yaml.h"

namespace musicgen::model {
namespace {

codec::CodecConfig Read(const std::string& yaml) {
  return ReadAudioCraftCodecConfig(checkpoint::Config::ParseYaml(yaml, "xp.cfg"));
}

std::string Complaint(const std::string& seanet, const std::string& rest = "") {
  try {
    Read("compression_model: encodec\nseanet: {lstm: 2, norm: weight_norm, " + seanet + "}\n" +
         rest);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    return error.what();
  }
  return "none";
}

TEST(AudioCraftCodecConfig, ComesBackFromItsYaml) {
  codec::CodecConfig config;
  config.sample_rate_hz = 44100;
  config.num_filters = 24;
  config.upsampling_ratios = {7, 3, 2};
  config.latent_width = 96;
  config.codebook_size = 300;
  config.num_quantizers = 11;
  config.last_kernel_size = 5;
  config.num_residual_layers = 3;
  config.num_lstm_layers = 1;
  config.causal = true;
  config.conv_shortcut = true;
  config.pad_mode = nn::PadMode::kZero;
  config.trim_right_ratio = 0.25;
  const codec::CodecConfig read = Read(AudioCraftCodecYaml(config));
  EXPECT_EQ(ToJson(codec::ToJson(read)), ToJson(codec::ToJson(config)));
  EXPECT_EQ(read.num_quantizers, 11);
}

TEST(AudioCraftCodecConfig, RefusesSizesInItsOwnWords) {
  using testing::StartsWith;
  EXPECT_EQ(Complaint("compress: 2"), "none");
  EXPECT_EQ(Complaint("compress: 64"),
            "xp.cfg: seanet.compress: expected at most 32, the number of filters, found 64");
  EXPECT_THAT(Complaint("ratios: []"), StartsWith("xp.cfg: seanet.ratios: "));
  EXPECT_THAT(Complaint("ratios: [256, 256, 256]"), StartsWith("xp.cfg: seanet.ratios: "));
  EXPECT_THAT(Complaint("n_filters: 16384"), StartsWith("xp.cfg: seanet.n_filters: "));
  EXPECT_THAT(Complaint("n_residual_layers: 16, dilation_base: 64"),
              StartsWith("xp.cfg: seanet.n_residual_layers: "));
  EXPECT_THAT(Complaint("pad_mode: replicate"), StartsWith("xp.cfg: seanet.pad_mode: "));
  EXPECT_THAT(Complaint("decoder: {trim_right_ratio: 0.5}"),
              StartsWith("xp.cfg: seanet.decoder.trim_right_ratio: "));
  EXPECT_THAT(Complaint("kernel_size: 0"), StartsWith("xp.cfg: seanet.kernel_size: "));
  EXPECT_THAT(Complaint("dimension: 3", "rvq: {bins: 1}"), StartsWith("xp.cfg: rvq.bins: "));
  EXPECT_THAT(Complaint("dimension: 3", "rvq: {n_q: 65}"), StartsWith("xp.cfg: rvq.n_q: "));
}

TEST(AudioCraftCodecConfig, AnLstmIsNeeded) {
  const auto read = [](const std::string& seanet) {
    return Read("compression_model: encodec\nseanet: {norm: weight_norm" + seanet + "}\n");
  };
  EXPECT_EQ(read(", lstm: 1").num_lstm_layers, 1);
  EXPECT_THROW(read(""), Error);
  EXPECT_THROW(read(", lstm: 0"), Error);
}

}  // namespace
}  // namespace musicgen::model
