#include "convert/convert_config.h"

#include <algorithm>

#include "base/error.h"
#include "checkpoint/json.h"
#include "model/decimal.h"

namespace musicgen::convert {
namespace {

std::string DecoderJson(const lm::LmConfig& lm) {
  return StrCat(
      R"({"model_type":")", lm.cross_attention ? "musicgen_decoder" : "musicgen_melody_decoder",
      R"(","vocab_size":)", lm.codebook_size, R"(,"hidden_size":)", lm.width,
      R"(,"num_hidden_layers":)", lm.layers, R"(,"num_attention_heads":)", lm.heads,
      R"(,"ffn_dim":)", lm.ffn_width, R"(,"num_codebooks":)", lm.codebooks, R"(,"audio_channels":)",
      lm.audio_channels,
      R"(,"activation_function":"gelu","max_position_embeddings":2048,"scale_embedding":false)",
      R"(,"tie_word_embeddings":false,"pad_token_id":)", lm.codebook_size, R"(,"bos_token_id":)",
      lm.codebook_size, "}");
}

// The codec's and the T5's configurations come as their own texts.
std::string NewConfigJson(const model::ModelFiles& files, const std::string& t5,
                          const std::string& codec) {
  const std::string melody = files.melody
                                 ? StrCat(R"(,"num_chroma":)", files.melody->chroma.classes,
                                          R"(,"chroma_length":)", files.melody->chroma_length)
                                 : "";
  return StrCat(
      R"({"model_type":")", files.model_type, R"(","architectures":[")",
      files.melody ? "MusicgenMelodyForConditionalGeneration" : "MusicgenForConditionalGeneration",
      R"("],"is_encoder_decoder":true)", melody, R"(,"text_encoder":)", t5, R"(,"audio_encoder":)",
      codec, R"(,"decoder":)", DecoderJson(files.lm), "}\n");
}

// `text` with another object under `key`.
std::string WithMember(const std::string& text, const std::string& where, const char* key,
                       const std::string& member) {
  checkpoint::JsonValue document = checkpoint::ParseJson(text, where);
  auto& object = std::get<checkpoint::JsonObject>(document.is);
  checkpoint::JsonValue value = checkpoint::ParseJson(member, key);
  const auto place = std::lower_bound(
      object.begin(), object.end(), key,
      [](const checkpoint::JsonMember& known, const char* name) { return known.key < name; });
  if (place != object.end() && place->key == key) {
    place->value = std::move(value);
  } else {
    object.insert(place, {key, std::move(value)});
  }
  return checkpoint::ToJson(document) + "\n";
}

}  // namespace

std::string ConfigJson(const model::ModelFiles& files) {
  // Beside AudioCraft's files, it would be that of something else.
  const bool beside = !files.xp_cfg.empty() && !model::IsFile(files.directory);
  if (beside || !files.side_files->Has(model::kConfigFile))
    return NewConfigJson(files, files.t5_json, files.codec_json);
  std::string text = files.side_files->Read(model::kConfigFile);
  const std::string where = files.side_files->Where(model::kConfigFile);
  if (!files.t5_json.empty()) text = WithMember(text, where, "text_encoder", files.t5_json);
  if (!files.codec_json.empty()) text = WithMember(text, where, "audio_encoder", files.codec_json);
  return text;
}

std::string GenerationJson(const model::ModelFiles& files) {
  const int64_t special = files.lm.codebook_size;
  return StrCat(
      R"({"decoder_start_token_id":)", special, R"(,"pad_token_id":)", special,
      R"(,"bos_token_id":)", special, R"(,"max_length":)",
      static_cast<int64_t>(files.max_duration_s * static_cast<double>(files.codec.frame_rate())),
      R"(,"do_sample":true,"guidance_scale":)", model::Decimal(files.two_step_coef.value_or(3.0)),
      "}\n");
}

std::string PreprocessorJson(const model::ModelFiles& files) {
  if (!files.melody) {
    return StrCat(R"({"feature_extractor_type":"EncodecFeatureExtractor","feature_size":)",
                  files.lm.audio_channels, R"(,"sampling_rate":)", files.codec.sample_rate_hz,
                  R"(,"padding_side":"left","padding_value":0.0,"return_attention_mask":true)",
                  R"(,"chunk_length_s":null,"overlap":null})", "\n");
  }
  const conditioning::ChromaConfig& chroma = files.melody->chroma;
  return StrCat(R"({"feature_extractor_type":"MusicgenMelodyFeatureExtractor","feature_size":)",
                chroma.classes, R"(,"num_chroma":)", chroma.classes, R"(,"sampling_rate":)",
                chroma.sample_rate_hz, R"(,"hop_length":)", chroma.hop_samples, R"(,"n_fft":)",
                chroma.n_fft, R"(,"chunk_length":)", static_cast<int64_t>(files.max_duration_s),
                R"(,"stem_indices":[3,2],"padding_side":"left","padding_value":0.0)",
                R"(,"return_attention_mask":false})", "\n");
}

}  // namespace musicgen::convert
