// Sizes of a T5 encoder.
#pragma once

#include <cstdint>

#include "checkpoint/config.h"
#include "checkpoint/json.h"

namespace musicgen::text {

enum class FeedForward { kRelu, kGatedGelu };  // T5 and flan-T5

struct T5Config {
  int64_t vocab_size = 32128;
  int64_t d_model = 512;
  int64_t d_kv = 64;  // width of a head, not necessarily d_model / num_heads
  int64_t d_ff = 2048;
  int64_t num_layers = 6;
  int64_t num_heads = 8;
  int64_t num_buckets = 32;    // relative_attention_num_buckets
  int64_t max_distance = 128;  // relative_attention_max_distance
  float norm_eps = 1e-6f;
  FeedForward feed_forward = FeedForward::kRelu;

  int64_t inner() const { return num_heads * d_kv; }
};

// From a plain T5 config.json or the `text_encoder` object of a MusicGen one; absent fields take
// the defaults above, which are those of transformers. Throws Error(kBadInput).
T5Config ReadT5Config(const checkpoint::Config& config);
// The way back.
checkpoint::JsonValue ToJson(const T5Config& config);

}  // namespace musicgen::text
