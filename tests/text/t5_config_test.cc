#include "text/t5_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "fixtures_directory.h"

namespace musicgen::text {
namespace {

T5Config Read(const std::string& json) {
  return ReadT5Config(checkpoint::Config::Parse(json, "config.json"));
}

std::string Complaint(const std::string& json) {
  try {
    Read(json);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    return error.what();
  }
  return "none";
}

TEST(T5Config, TakesClassDefaults) {
  const T5Config t5 = Read("{}");
  EXPECT_EQ(t5.vocab_size, 32128);
  EXPECT_EQ(t5.d_model, 512);
  EXPECT_EQ(t5.inner(), 512);
  EXPECT_EQ(t5.d_ff, 2048);
  EXPECT_EQ(t5.num_layers, 6);
  EXPECT_EQ(t5.num_buckets, 32);
  EXPECT_EQ(t5.max_distance, 128);
  EXPECT_EQ(t5.norm_eps, 1e-6f);
  EXPECT_EQ(t5.feed_forward, FeedForward::kRelu);
}

TEST(T5Config, ReadsTheTextEncoderOfMusicGen) {
  const auto config =
      checkpoint::Config::ReadFile(std::string(kFixturesDirectory) + "/hf-tiny-mono/config.json");
  const T5Config t5 = ReadT5Config(config.Object("text_encoder"));
  EXPECT_EQ(t5.d_model, 48);
  EXPECT_EQ(t5.num_heads, 3);
  EXPECT_EQ(t5.d_kv, 16);
  EXPECT_EQ(t5.vocab_size, 640);
  EXPECT_EQ(Read(R"({"feed_forward_proj": "gated-gelu"})").feed_forward, FeedForward::kGatedGelu);
}

TEST(T5Config, RefusesOtherModels) {
  using testing::HasSubstr;
  EXPECT_THAT(Complaint(R"({"feed_forward_proj": "gated-silu"})"), HasSubstr("gated-silu"));
  EXPECT_THAT(Complaint(R"({"model_type": "umt5"})"), HasSubstr("umt5"));
  EXPECT_THAT(Complaint(R"({"num_heads": 0})"), HasSubstr("num_heads"));
  EXPECT_THAT(Complaint(R"({"d_model": 1e9})"), HasSubstr("d_model"));
  EXPECT_THAT(Complaint(R"({"relative_attention_num_buckets": 30})"), HasSubstr("30"));
  EXPECT_THAT(Complaint(R"({"relative_attention_max_distance": 8})"), HasSubstr("8"));
}

TEST(T5Config, ComesBackFromItsJson) {
  T5Config odd;
  odd.vocab_size = 640;
  odd.d_kv = 24;
  odd.num_heads = 3;
  odd.num_buckets = 16;
  odd.norm_eps = 1e-5f;
  odd.feed_forward = FeedForward::kGatedGelu;
  const std::string json = ToJson(ToJson(odd));
  const T5Config read = Read(json);
  EXPECT_EQ(ToJson(ToJson(read)), json);
  EXPECT_EQ(read.d_kv, 24);
  EXPECT_EQ(read.norm_eps, 1e-5f);
  EXPECT_EQ(read.feed_forward, FeedForward::kGatedGelu);
  EXPECT_THAT(json, testing::HasSubstr("1e-05"));
}

}  // namespace
}  // namespace musicgen::text
