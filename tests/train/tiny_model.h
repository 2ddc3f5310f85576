// A language model of a few thousand weights, and items for it.
#pragma once

#include <ATen/core/grad_mode.h>

#include "train/lm/initialise.h"
#include "train/lm/lm_model.h"

namespace musicgen::train {

inline LmModelConfig TinyModelConfig() {
  LmModelConfig config;
  config.lm.width = 16;
  config.lm.heads = 2;
  config.lm.layers = 2;
  config.lm.ffn_width = 64;
  config.lm.codebooks = 4;
  config.lm.codebook_size = 64;
  config.lm.pattern.delays = {0, 1, 2, 3};
  config.t5.d_model = 12;
  config.t5.d_kv = 4;
  config.t5.d_ff = 24;
  config.t5.num_layers = 2;
  config.t5.num_heads = 3;
  config.t5.vocab_size = 32;
  config.train_text_encoder = true;
  return config;
}

// As large as the fixtures of codec and tokenizer ask for, of numbers that f16 holds.
inline LmModel ModelOfFixtures() {
  LmModelConfig config = TinyModelConfig();
  config.lm.width = 32;
  config.lm.codebook_size = 128;
  config.t5.vocab_size = 640;
  LmModel model(config);
  Initialise(model, 1);
  const at::NoGradGuard no_grad;
  for (const Parameter& parameter : model.parameters()) {
    at::Tensor(parameter.value).copy_(parameter.value.to(at::kHalf));
  }
  return model;
}

// Codes that look random.
inline TrainingItem TinyItem(int64_t frames, int32_t codes, uint32_t seed, TokenIds text) {
  TrainingItem item;
  item.codes = Codes(4, frames);
  uint32_t state = seed * 2654435761u + 1u;
  for (int64_t k = 0; k < 4; ++k) {
    for (int64_t t = 0; t < frames; ++t) {
      state = state * 1664525u + 1013904223u;
      item.codes.at(k, t) = static_cast<int32_t>((state >> 8) % static_cast<uint32_t>(codes));
    }
  }
  item.text = std::move(text);
  item.frame_weights.assign(static_cast<size_t>(frames), 1.0f);
  return item;
}

}  // namespace musicgen::train
