#include "lm/lm_config.h"

#include <gtest/gtest.h>

namespace musicgen::lm {
namespace {

TEST(LmConfig, ComesBackFromItsJson) {
  const auto read = [](const std::string& json) {
    return ReadLmConfig(checkpoint::Config::Parse(json, "config.json"));
  };
  LmConfig config = read(R"({"model_type": "musicgen_melody_decoder", "hidden_size": 96,
      "num_hidden_layers": 3, "num_attention_heads": 6, "ffn_dim": 200, "num_codebooks": 8,
      "vocab_size": 300, "audio_channels": 2})");
  const std::string json = ToJson(ToJson(config));
  const LmConfig again = read(json);
  EXPECT_EQ(ToJson(ToJson(again)), json);
  EXPECT_EQ(again.width, 96);
  EXPECT_EQ(again.heads, 6);
  EXPECT_EQ(again.ffn_width, 200);
  EXPECT_EQ(again.codebooks, 8);
  EXPECT_EQ(again.codebook_size, 300);
  EXPECT_EQ(again.audio_channels, 2);
  EXPECT_FALSE(again.cross_attention);
  EXPECT_EQ(again.pattern.delays, config.pattern.delays);
}

}  // namespace
}  // namespace musicgen::lm
