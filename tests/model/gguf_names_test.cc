#include "model/gguf_names.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "checkpoint/gguf_header.h"
#include "model/stored_type.h"
#include "model/weight_norm_names.h"

namespace musicgen::model {
namespace {

TEST(GgufNames, ComeBack) {
  for (const char* name :
       {"decoder.model.decoder.layers.47.encoder_attn_layer_norm.weight",
        "decoder.lm_heads.3.weight", "decoder.model.decoder.embed_positions.weights",
        "enc_to_dec_proj.weight", "audio_enc_to_dec_proj.bias", "text_encoder.shared.weight",
        "text_encoder.encoder.embed_tokens.weight",
        "text_encoder.encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
        "text_encoder.encoder.block.23.layer.1.DenseReluDense.wi_0.weight",
        "audio_encoder.encoder.layers.13.lstm.weight_ih_l0",
        "audio_encoder.quantizer.layers.3.codebook.cluster_size",
        "audio_encoder.decoder.layers.15.block.1.conv.parametrizations.weight.original1"}) {
    const std::string stored = NameToGguf(name);
    EXPECT_LE(stored.size(), checkpoint::kGgufLongestName) << stored;
    EXPECT_EQ(NameFromGguf(stored), model::OldWeightNormName(name));
  }
}

TEST(GgufNames, RefusesOneThatMeansAnother) {
  EXPECT_THROW(NameToGguf("lm.layers.0.fc1.weight"), Error);
}

TEST(WeightNormNames, SpellBothWays) {
  const std::string old_name = "x.conv.weight_v",
                    new_name = "x.conv.parametrizations.weight.original1";
  EXPECT_EQ(OldWeightNormName(new_name), old_name);
  EXPECT_EQ(NewWeightNormName(old_name), new_name);
  EXPECT_EQ(OldWeightNormName("x.weight"), "x.weight");
  EXPECT_EQ(NewWeightNormName("x.weight"), "x.weight");
}

TEST(StoredType, KeepsWhatIsSmallOrSensitiveWide) {
  const auto type = [](const char* name, const Shape& shape, Precision precision) {
    return StoredType(name, shape, DType::kF32, precision);
  };
  const char* fc1 = "decoder.model.decoder.layers.0.fc1.weight";
  EXPECT_EQ(type(fc1, {64, 32}, Precision::kAuto), DType::kF32);
  EXPECT_EQ(type(fc1, {64, 32}, Precision::kBF16), DType::kBF16);
  EXPECT_EQ(type(fc1, {64, 32}, Precision::kQ8), DType::kQ8_0);
  EXPECT_EQ(type(fc1, {64, 32}, Precision::kQ4), DType::kQ4_0);
  EXPECT_EQ(type(fc1, {64, 40}, Precision::kQ4), DType::kF16);
  EXPECT_EQ(type("decoder.lm_heads.0.weight", {64, 32}, Precision::kQ4), DType::kQ8_0);
  EXPECT_EQ(type("decoder.model.decoder.embed_tokens.0.weight", {64, 32}, Precision::kQ8),
            DType::kF16);
  EXPECT_EQ(type("decoder.model.decoder.layer_norm.weight", {64}, Precision::kQ8), DType::kF32);
  EXPECT_EQ(type("audio_encoder.encoder.layers.0.conv.weight_g", {64, 1, 1}, Precision::kF16),
            DType::kF32);
  EXPECT_EQ(type("audio_encoder.encoder.layers.0.conv.weight_v", {64, 1, 7}, Precision::kQ8),
            DType::kF16);
  EXPECT_EQ(type("audio_encoder.quantizer.layers.0.codebook.embed", {64, 32}, Precision::kQ8),
            DType::kF32);
  EXPECT_EQ(StoredType("x", {3}, DType::kI64, Precision::kF16), DType::kI64);
}

}  // namespace
}  // namespace musicgen::model
