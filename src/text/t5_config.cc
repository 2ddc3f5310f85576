#include "text/t5_config.h"

#include <charconv>

#include "base/error.h"

namespace musicgen::text {
namespace {

FeedForward ReadFeedForward(const checkpoint::Config& config) {
  const std::string name = config.String("feed_forward_proj", "relu");
  if (name == "relu") return FeedForward::kRelu;
  if (name == "gated-gelu") return FeedForward::kGatedGelu;
  ThrowBadInput(config.Where("feed_forward_proj"),
                ": expected \"relu\" or \"gated-gelu\", found \"", Printable(name), '"');
}

// The double that is written in as few digits as this float: 1e-06, not 9.999999974752427e-07.
double Shortest(float value) {
  char digits[32];
  const char* const end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  double result = 0;
  std::from_chars(digits, end, result);
  return result;
}

}  // namespace

T5Config ReadT5Config(const checkpoint::Config& config) {
  // mT5 and umT5 share the field names, but not the vocabulary or the position biases.
  const std::string model_type = config.String("model_type", "t5");
  if (model_type != "t5") {
    ThrowBadInput(config.Where("model_type"), ": expected \"t5\", found \"", Printable(model_type),
                  '"');
  }
  T5Config t5;
  t5.vocab_size = config.Int("vocab_size", t5.vocab_size, 4, 1 << 20);
  t5.d_model = config.Int("d_model", t5.d_model, 1, 1 << 14);
  t5.d_kv = config.Int("d_kv", t5.d_kv, 1, 1 << 12);
  t5.d_ff = config.Int("d_ff", t5.d_ff, 1, 1 << 17);
  t5.num_layers = config.Int("num_layers", t5.num_layers, 1, 256);
  t5.num_heads = config.Int("num_heads", t5.num_heads, 1, 512);
  t5.num_buckets = config.Int("relative_attention_num_buckets", t5.num_buckets, 4, 1 << 12);
  t5.max_distance = config.Int("relative_attention_max_distance", t5.max_distance, 2, 1 << 20);
  t5.norm_eps = static_cast<float>(config.Number("layer_norm_epsilon", 1e-6, 0, 1));
  t5.feed_forward = ReadFeedForward(config);
  if (t5.num_buckets % 4 != 0 || t5.max_distance <= t5.num_buckets / 4) {
    ThrowBadInput(config.Where("relative_attention_num_buckets"),
                  ": expected a multiple of 4 below four times the largest distance ",
                  t5.max_distance, ", found ", t5.num_buckets);
  }
  return t5;
}

checkpoint::JsonValue ToJson(const T5Config& config) {
  const bool gated = config.feed_forward == FeedForward::kGatedGelu;
  return {checkpoint::MakeObject({{"model_type", {"t5"}},
                                  {"vocab_size", {config.vocab_size}},
                                  {"d_model", {config.d_model}},
                                  {"d_kv", {config.d_kv}},
                                  {"d_ff", {config.d_ff}},
                                  {"num_layers", {config.num_layers}},
                                  {"num_heads", {config.num_heads}},
                                  {"relative_attention_num_buckets", {config.num_buckets}},
                                  {"relative_attention_max_distance", {config.max_distance}},
                                  {"layer_norm_epsilon", {Shortest(config.norm_eps)}},
                                  {"feed_forward_proj", {gated ? "gated-gelu" : "relu"}}})};
}

}  // namespace musicgen::text
