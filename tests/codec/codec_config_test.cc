#include "codec/codec_config.h"

#include <gtest/gtest.h>

#include <string>

#include "codec/tiny_codec.h"

namespace musicgen::codec {
namespace {

CodecConfig Read(const std::string& json) {
  return ReadCodecConfig(checkpoint::Config::Parse(json, "config.json"));
}

std::string Complaint(const std::string& json) {
  try {
    Read(json);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    return error.what();
  }
  return "";
}

TEST(CodecConfigTest, ReadsTheReleasedModels) {
  // As published for facebook/encodec_32khz.
  const CodecConfig config = Read(R"({"model_type": "encodec", "sampling_rate": 32000,
      "num_filters": 64, "upsampling_ratios": [8, 5, 4, 4], "codebook_size": 2048,
      "target_bandwidths": [2.2], "use_causal_conv": false, "use_conv_shortcut": false,
      "chunk_length_s": null, "overlap": null})");
  EXPECT_EQ(config.hop_samples(), 640);
  EXPECT_EQ(config.frame_rate(), 50);
  EXPECT_EQ(config.num_quantizers, 4);
  EXPECT_EQ(config.deepest_channels(), 1024);
  EXPECT_EQ(config.latent_width, 128);
  EXPECT_FALSE(config.causal);
  EXPECT_FALSE(config.conv_shortcut);
  EXPECT_EQ(config.pad_mode, nn::PadMode::kReflect);
}

TEST(CodecConfigTest, AbsentFieldsTakeTheLibrarysDefaults) {
  const CodecConfig config = Read("{}");
  EXPECT_EQ(config.sample_rate_hz, 24000);
  EXPECT_EQ(config.num_filters, 32);
  EXPECT_EQ(config.upsampling_ratios, (std::vector<int64_t>{8, 5, 4, 2}));
  EXPECT_EQ(config.hop_samples(), 320);
  EXPECT_EQ(config.frame_rate(), 75);
  EXPECT_EQ(config.codebook_size, 1024);
  EXPECT_EQ(config.num_quantizers, 32);  // 24 kbit/s
  EXPECT_TRUE(config.causal);
  EXPECT_TRUE(config.conv_shortcut);
  EXPECT_EQ(config.num_lstm_layers, 2);
}

TEST(CodecConfigTest, ReadsTheFixture) {
  const CodecConfig config = TinyConfig();
  EXPECT_EQ(config.num_filters, 4);
  EXPECT_EQ(config.latent_width, 24);
  EXPECT_EQ(config.num_quantizers, 4);
}

TEST(CodecConfigTest, CodebooksFollowFromTheBandwidth) {
  const auto books = [](const std::string& bandwidth, int size) {
    return Read(StrCat(R"({"sampling_rate": 32000, "upsampling_ratios": [8, 5, 4, 4],)",
                       R"("codebook_size": )", size, R"(, "target_bandwidths": [)", bandwidth,
                       "]}"))
        .num_quantizers;
  };
  EXPECT_EQ(books("2.2", 2048), 4);
  EXPECT_EQ(books("1.8", 512), 4);
  EXPECT_EQ(books("1.6", 256), 4);
  EXPECT_EQ(books("1.4", 128), 4);
  EXPECT_EQ(books("2.19", 2048), 3);
  EXPECT_EQ(books("0.5, 4.4", 2048), 8);  // the last counts
}

TEST(CodecConfigTest, RefusesWhatIsNotImplemented) {
  EXPECT_EQ(Complaint(R"({"model_type": "dac"})"),
            "config.json: model_type: expected encodec, found dac");
  EXPECT_EQ(Complaint(R"({"norm_type": "time_group_norm"})"),
            "config.json: norm_type: expected weight_norm, found time_group_norm");
  EXPECT_EQ(Complaint(R"({"normalize": true})"),
            "config.json: normalize: expected false, found true (volume normalisation is not "
            "supported)");
  EXPECT_EQ(Complaint(R"({"chunk_length_s": 1.0})"),
            "config.json: chunk_length_s: expected null, found a value (codecs that overlap chunks "
            "are not supported)");
  EXPECT_EQ(Complaint(R"({"audio_channels": 2})"),
            "config.json: audio_channels: expected 1 (stereo models use a codec of one channel "
            "twice), found 2");
  EXPECT_EQ(Complaint(R"({"pad_mode": "replicate"})"),
            "config.json: pad_mode: expected reflect or constant, found replicate");
  EXPECT_EQ(Complaint(R"({"codebook_dim": 64})"),
            "config.json: codebook_dim: expected hidden_size 128, found 64");
  EXPECT_EQ(
      Complaint(R"({"use_causal_conv": false, "trim_right_ratio": 0.5})"),
      "config.json: trim_right_ratio: expected 1 where convolutions are not causal, found 0.5");
}

TEST(CodecConfigTest, BoundsHostileSizes) {
  for (const char* json :
       {R"({"num_filters": 0})", R"({"num_filters": 100000})", R"({"upsampling_ratios": []})",
        R"({"upsampling_ratios": [0]})", R"({"upsampling_ratios": [256, 256, 256]})",
        R"({"num_filters": 16384})", R"({"codebook_size": 1})", R"({"target_bandwidths": []})",
        R"({"target_bandwidths": [0.1]})", R"({"target_bandwidths": [100000]})",
        R"({"compress": 0})", R"({"compress": 64})", R"({"num_lstm_layers": 0})",
        R"({"kernel_size": 0})", R"({"num_residual_layers": 16, "dilation_growth_rate": 64})",
        R"({"sampling_rate": 0})", R"({"trim_right_ratio": 2})", R"({"hidden_size": -1})"}) {
    EXPECT_NE(Complaint(json), "") << json;
  }
}

TEST(CodecConfigTest, ComesBackFromItsJson) {
  CodecConfig odd = TinyConfig();
  odd.sample_rate_hz = 44100;
  odd.upsampling_ratios = {7, 3};
  odd.codebook_size = 300;
  odd.num_quantizers = 11;
  odd.num_lstm_layers = 1;
  odd.causal = odd.conv_shortcut = true;
  odd.pad_mode = nn::PadMode::kZero;
  odd.trim_right_ratio = 0.25;
  for (const CodecConfig& config : {CodecConfig(), TinyConfig(), odd}) {
    const std::string json = ToJson(ToJson(config));
    const CodecConfig read = Read(json);
    EXPECT_EQ(ToJson(ToJson(read)), json);
    EXPECT_EQ(read.num_quantizers, config.num_quantizers);
    EXPECT_EQ(read.upsampling_ratios, config.upsampling_ratios);
    EXPECT_EQ(read.pad_mode, config.pad_mode);
    EXPECT_EQ(read.trim_right_ratio, config.trim_right_ratio);
  }
}

TEST(CodecConfigTest, EveryNumberOfCodebooksComesBack) {
  CodecConfig config;
  for (const int64_t rate : {24000, 32000, 44100, 48000}) {
    for (const int64_t size : {2, 100, 1024, 2048, 1 << 20}) {
      for (int64_t books = 1; books <= most::kQuantizers; ++books) {
        config.sample_rate_hz = rate;
        config.codebook_size = size;
        config.num_quantizers = books;
        ASSERT_EQ(Read(ToJson(ToJson(config))).num_quantizers, books) << rate << " " << size;
      }
    }
  }
}

}  // namespace
}  // namespace musicgen::codec
