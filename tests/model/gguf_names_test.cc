#include "model/gguf_names.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "checkpoint/gguf_header.h"
#include "checkpoint/weight_norm_names.h"

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
    EXPECT_EQ(NameFromGguf(stored), checkpoint::OldWeightNormName(name));
  }
}

TEST(GgufNames, RefusesOneThatMeansAnother) {
  EXPECT_THROW(NameToGguf("lm.layers.0.fc1.weight"), Error);
}

TEST(WeightNormNames, SpellBothWays) {
  const std::string old_name = "x.conv.weight_v",
                    new_name = "x.conv.parametrizations.weight.original1";
  EXPECT_EQ(checkpoint::OldWeightNormName(new_name), old_name);
  EXPECT_EQ(checkpoint::NewWeightNormName(old_name), new_name);
  EXPECT_EQ(checkpoint::OldWeightNormName("x.weight"), "x.weight");
  EXPECT_EQ(checkpoint::NewWeightNormName("x.weight"), "x.weight");
}

}  // namespace
}  // namespace musicgen::model
