// Sizes of the language model, from a checkpoint's configuration.
#pragma once

#include <cstdint>

#include "checkpoint/config.h"
#include "checkpoint/json.h"
#include "lm/codebook_pattern.h"

namespace musicgen::lm {

struct LmConfig {
  int64_t width = 1024;  // D
  int64_t layers = 24;
  int64_t heads = 16;
  int64_t ffn_width = 4096;
  int64_t codebooks = 4;         // K
  int64_t codebook_size = 2048;  // V; the special token is V
  int64_t audio_channels = 1;
  bool cross_attention = true;  // false: conditions are put in front (melody models)
  PatternConfig pattern;

  int64_t head_dim() const { return width / heads; }
  int32_t special_token() const { return static_cast<int32_t>(codebook_size); }
};

// Reads the `decoder` object of a Hugging Face config.json; absent fields take the library's
// defaults. Throws Error(kBadInput) naming the key when a value is out of range or a switch differs
// from what is implemented.
LmConfig ReadLmConfig(const checkpoint::Config& decoder);
// The way back. transformers has one pattern, of delays 0, 1, 2, …: another is not written.
checkpoint::JsonValue ToJson(const LmConfig& config);

}  // namespace musicgen::lm
