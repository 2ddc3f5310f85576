#include "separation/ht_demucs_config.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "separation/tiny_demucs.h"

namespace musicgen::separation {
namespace {

HtDemucsConfig Read(const std::string& text) {
  return ReadHtDemucsConfig(checkpoint::Config::Parse(text, "kwargs"));
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

TEST(HtDemucsConfigTest, ReadsTheSizes) {
  const HtDemucsConfig tiny = TinyDemucs().config;
  EXPECT_EQ(tiny.channels, 4);
  EXPECT_EQ(tiny.segment_samples(), 85995);
  EXPECT_EQ(tiny.dconv_compression, 2);
  EXPECT_EQ(tiny.transformer_width(), 16);
  EXPECT_EQ(tiny.transformer_heads, 4);
  EXPECT_EQ(tiny.FindStem("vocals"), 3);
  EXPECT_EQ(tiny.FindStem("guitar"), -1);
}

TEST(HtDemucsConfigTest, AbsentKeysAreThePublishedNetwork) {
  int64_t values = 0;
  const auto expected = ExpectedTensors(Read("{}"));
  for (const auto& tensor : expected) values += NumElements(tensor.shape);
  EXPECT_EQ(expected.size(), 533u);
  EXPECT_EQ(values, 41984456);
}

TEST(HtDemucsConfigTest, SixStemsAreAsWideAsTheirEncoders) {
  const HtDemucsConfig six = Read(
      R"({"sources": ["drums", "bass", "other", "vocals", "guitar", "piano"],
          "bottom_channels": 0})");
  EXPECT_EQ(six.transformer_width(), 384);
  EXPECT_EQ(six.stems(), 6);
}

TEST(HtDemucsConfigTest, RefusesOtherArchitectures) {
  EXPECT_EQ(Refusal(R"({"cac": false})"),
            "kwargs: cac: expected true, found false (not supported)");
  EXPECT_EQ(Refusal(R"({"wiener_iters": 1})"),
            "kwargs: wiener_iters: expected 0, found 1 (not supported)");
  EXPECT_EQ(Refusal(R"({"multi_freqs": [0.25]})"),
            "kwargs: multi_freqs: expected an empty list, found [0.25] (not supported)");
  EXPECT_EQ(Refusal(R"({"t_emb": "cape"})"),
            "kwargs: t_emb: expected sin, found cape (not supported)");
  EXPECT_EQ(Refusal(R"({"t_sparse_self_attn": true})"),
            "kwargs: t_sparse_self_attn: expected false, found true (not supported)");
  EXPECT_EQ(Refusal(R"({"t_cross_first": true})"),
            "kwargs: t_cross_first: expected false, found true (not supported)");
  EXPECT_EQ(Refusal(R"({"norm_starts": 3})"),
            "kwargs: norm_starts: expected at least the depth 4, found 3 (not supported)");
  EXPECT_NE(Refusal(R"({"nfft": 1024})"), "");
  EXPECT_EQ(Refusal(R"({"depth": 4, "t_heads": 7})"),
            "kwargs: t_heads: expected a divisor of the transformer's width 512, itself a "
            "multiple of 4, found 7");
}

TEST(HtDemucsConfigTest, RefusesBrokenSizes) {
  EXPECT_NE(Refusal(R"({"segment": {"_type": "fraction", "numerator": 1, "denominator": 0}})"), "");
  EXPECT_NE(Refusal(R"({"segment": {"_type": "float", "numerator": 1, "denominator": 1}})"), "");
  EXPECT_NE(Refusal(R"({"segment": {"_type": "fraction", "numerator": 1, "denominator": 9}})"), "");
  EXPECT_NE(Refusal(R"({"segment": 1000000})"), "");
  EXPECT_NE(Refusal(R"({"sources": []})"), "");
  EXPECT_EQ(Refusal(R"({"sources": ["drums", "drums"]})"),
            "kwargs: sources: expected different names, found drums twice");
  EXPECT_EQ(Refusal(R"({"channels": 4})"),
            "kwargs: dconv_comp: expected at most channels 4, found 8");
}

}  // namespace
}  // namespace musicgen::separation
