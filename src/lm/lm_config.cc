#include "lm/lm_config.h"

#include "base/error.h"

namespace musicgen::lm {

LmConfig ReadLmConfig(const checkpoint::Config& decoder) {
  LmConfig config;
  config.width = decoder.Int("hidden_size", 1024, 4, 1 << 16);
  config.layers = decoder.Int("num_hidden_layers", 24, 1, 1 << 10);
  config.heads = decoder.Int("num_attention_heads", 16, 1, 1 << 10);
  config.ffn_width = decoder.Int("ffn_dim", 4096, 1, 1 << 18);
  config.codebooks = decoder.Int("num_codebooks", 4, 1, 64);
  config.codebook_size = decoder.Int("vocab_size", 2048, 1, 1 << 20);
  config.audio_channels = decoder.Int("audio_channels", 1, 1, 2);

  const std::string model_type = decoder.String("model_type", "musicgen_decoder");
  if (model_type != "musicgen_decoder" && model_type != "musicgen_melody_decoder") {
    ThrowBadInput(decoder.Where("model_type"),
                  ": expected musicgen_decoder or musicgen_melody_decoder, found ",
                  Printable(model_type));
  }
  config.cross_attention = model_type == "musicgen_decoder";
  const std::string activation = decoder.String("activation_function", "gelu");
  if (activation != "gelu") {
    ThrowBadInput(decoder.Where("activation_function"), ": expected gelu, found ",
                  Printable(activation));
  }
  if (config.width % config.heads != 0) {
    ThrowBadInput(decoder.Where("num_attention_heads"), ": expected a divisor of hidden_size ",
                  config.width, ", found ", config.heads);
  }
  if (config.width % 2 != 0) {
    ThrowBadInput(decoder.Where("hidden_size"), ": expected an even number, found ", config.width);
  }
  if (config.codebooks % config.audio_channels != 0) {
    ThrowBadInput(decoder.Where("num_codebooks"), ": expected a multiple of audio_channels ",
                  config.audio_channels, ", found ", config.codebooks);
  }
  for (const char* key : {"pad_token_id", "bos_token_id"}) {
    const int64_t token = decoder.Int(key, config.codebook_size, 0, 1 << 20);
    if (token != config.codebook_size) {
      ThrowBadInput(decoder.Where(key), ": expected vocab_size ", config.codebook_size, ", found ",
                    token);
    }
  }
  if (decoder.Bool("tie_word_embeddings", false)) {
    ThrowBadInput(decoder.Where("tie_word_embeddings"), ": expected false, found true");
  }
  // transformers fixes the pattern: codebook k is delayed by k frames, stereo pairs together.
  for (int64_t k = 0; k < config.codebooks; ++k) {
    config.pattern.delays.push_back(k / config.audio_channels);
  }
  return config;
}

checkpoint::JsonValue ToJson(const LmConfig& config) {
  const char* type = config.cross_attention ? "musicgen_decoder" : "musicgen_melody_decoder";
  return {checkpoint::MakeObject({{"model_type", {type}},
                                  {"vocab_size", {config.codebook_size}},
                                  {"hidden_size", {config.width}},
                                  {"num_hidden_layers", {config.layers}},
                                  {"num_attention_heads", {config.heads}},
                                  {"ffn_dim", {config.ffn_width}},
                                  {"num_codebooks", {config.codebooks}},
                                  {"audio_channels", {config.audio_channels}},
                                  {"activation_function", {"gelu"}},
                                  {"max_position_embeddings", {2048}},
                                  {"scale_embedding", {false}},
                                  {"tie_word_embeddings", {false}},
                                  {"pad_token_id", {config.codebook_size}},
                                  {"bos_token_id", {config.codebook_size}}})};
}

}  // namespace musicgen::lm
