#include "text/expected_tensors.h"

#include "base/check.h"

namespace musicgen::text {
namespace {

constexpr const char* kShared = "shared.weight";
constexpr const char* kOwn = "encoder.embed_tokens.weight";

}  // namespace

std::string EmbeddingName(const checkpoint::TensorSource& source, const std::string& prefix) {
  const bool own = source.Has(prefix + kOwn) && !source.Has(prefix + kShared);
  return prefix + (own ? kOwn : kShared);
}

std::vector<checkpoint::ExpectedTensor> ExpectedTensors(const T5Config& config,
                                                        const checkpoint::TensorSource& source,
                                                        const std::string& prefix) {
  const int64_t d = config.d_model, inner = config.inner();
  // All of them keep eight bits: this encoder runs once for a prompt.
  const TensorRole matrix = TensorRole::kSensitiveMatrix;
  std::vector<checkpoint::ExpectedTensor> expected;
  const Shape table = {config.vocab_size, d};
  const std::string embedding = EmbeddingName(source, prefix);
  expected.push_back({embedding, table, TensorRole::kTable});
  if (const std::string other = prefix + kOwn; other != embedding && source.Has(other)) {
    expected.push_back({other, table, TensorRole::kUnread});
  }
  for (int64_t i = 0; i < config.num_layers; ++i) {
    const std::string block = StrCat(prefix, "encoder.block.", i, ".layer.");
    const std::string attention = block + "0.SelfAttention.";
    for (const char* name : {"q", "k", "v"}) {
      expected.push_back({attention + name + ".weight", {inner, d}, matrix});
    }
    expected.push_back({attention + "o.weight", {d, inner}, matrix});
    if (i == 0) {
      expected.push_back(
          {attention + "relative_attention_bias.weight", {config.num_buckets, config.num_heads}});
    }
    expected.push_back({block + "0.layer_norm.weight", {d}});
    const std::string feed_forward = block + "1.DenseReluDense.";
    const bool gated = config.feed_forward != FeedForward::kRelu;
    for (const char* name : gated ? std::vector{"wi_0", "wi_1"} : std::vector{"wi"}) {
      expected.push_back({feed_forward + name + ".weight", {config.d_ff, d}, matrix});
    }
    expected.push_back({feed_forward + "wo.weight", {d, config.d_ff}, matrix});
    expected.push_back({block + "1.layer_norm.weight", {d}});
  }
  expected.push_back({prefix + "encoder.final_layer_norm.weight", {d}});
  return expected;
}

}  // namespace musicgen::text
