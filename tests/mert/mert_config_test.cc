#include "mert/mert_config.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "mert/tiny_mert.h"

namespace musicgen::mert {
namespace {

MertConfig Read(const std::string& text) {
  return ReadMertConfig(checkpoint::Config::Parse(text, "config.json"));
}

std::string Refusal(const std::string& text) {
  try {
    Read(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    return error.what();
  }
  return "";
}

TEST(MertConfigTest, ReadsTheSizes) {
  const MertConfig tiny = TinyMert().config;
  EXPECT_EQ(tiny.width, 48);
  EXPECT_EQ(tiny.layers, 3);
  EXPECT_EQ(tiny.heads, 4);
  EXPECT_EQ(tiny.ffn_width, 96);
  ASSERT_EQ(tiny.convolutions.size(), 7u);
  EXPECT_EQ(tiny.convolutions[0].channels, 24);
  EXPECT_EQ(tiny.convolutions[0].kernel, 10);
  EXPECT_EQ(tiny.convolutions[6].stride, 2);
}

TEST(MertConfigTest, CountsFrames) {
  const MertConfig config = Read("{}");
  const std::pair<int64_t, int64_t> samples_to_frames[] = {
      {399, 0},     {400, 1},     {719, 1},     {720, 2},     {1039, 2},
      {1040, 3},    {3200, 9},    {12000, 37},  {24000, 74},  {36000, 112},
      {48000, 149}, {72000, 224}, {90001, 281}, {108000, 337}};
  for (const auto& [samples, frames] : samples_to_frames) {
    EXPECT_EQ(config.Frames(samples), frames) << samples;
  }
}

TEST(MertConfigTest, RefusesOtherVariants) {
  EXPECT_EQ(Refusal(R"({"model_type": "hubert"})"),
            "config.json: model_type: expected mert_model, found hubert (not supported)");
  EXPECT_EQ(Refusal(R"({"feature_extractor_cqt": true})"),
            "config.json: feature_extractor_cqt: expected false, found true (not supported)");
  EXPECT_EQ(Refusal(R"({"attention_relax": 32.0})"),
            "config.json: attention_relax: expected -1, found 32 (not supported)");
  EXPECT_EQ(Refusal(R"({"conv_kernel": [10, 3]})"),
            "config.json: conv_kernel: expected 7 numbers as conv_dim has, found 2");
  EXPECT_EQ(Refusal(R"({"hidden_size": 770})"),
            "config.json: num_attention_heads: expected a divisor of hidden_size 770, found 12");
}

}  // namespace
}  // namespace musicgen::mert
