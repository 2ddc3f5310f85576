#include "train/export/export_config.h"

#include "checkpoint/json.h"
#include "lm/lm_config.h"
#include "text/t5_config.h"

namespace musicgen::train {
namespace {

using checkpoint::JsonArray;
using checkpoint::JsonObject;
using checkpoint::JsonValue;
using checkpoint::MakeObject;

std::string Lines(const JsonValue& value) { return checkpoint::ToJson(value) + "\n"; }

}  // namespace

std::string ExportedConfig(const LmModelConfig& model, const model::CodecPart& codec) {
  JsonValue text_encoder = text::ToJson(model.t5);
  checkpoint::Set(&std::get<JsonObject>(text_encoder.is), "pad_token_id", {int64_t{0}});
  checkpoint::Set(&std::get<JsonObject>(text_encoder.is), "eos_token_id", {int64_t{1}});
  return Lines({MakeObject({{"model_type", {"musicgen"}},
                            {"architectures", {JsonArray{{"MusicgenForConditionalGeneration"}}}},
                            {"is_encoder_decoder", {true}},
                            {"dtype", {"float16"}},
                            {"text_encoder", std::move(text_encoder)},
                            {"audio_encoder", codec::ToJson(codec.config)},
                            {"decoder", lm::ToJson(model.lm)}})});
}

std::string ExportedGenerationConfig(const LmModelConfig& model, const SamplingDefaults& sampling,
                                     int64_t most_frames) {
  const int64_t special = model.lm.codebook_size;
  return Lines({MakeObject({{"decoder_start_token_id", {special}},
                            {"pad_token_id", {special}},
                            {"bos_token_id", {special}},
                            {"max_length", {most_frames}},
                            {"do_sample", {true}},
                            {"guidance_scale", {sampling.cfg_coef}},
                            {"temperature", {sampling.temperature}},
                            {"top_k", {sampling.top_k}},
                            {"top_p", {sampling.top_p > 0.0 ? sampling.top_p : 1.0}}})});
}

std::string ExportedPreprocessorConfig(const LmModelConfig& model, const model::CodecPart& codec) {
  return Lines({MakeObject({{"feature_extractor_type", {"EncodecFeatureExtractor"}},
                            {"feature_size", {model.lm.audio_channels}},
                            {"sampling_rate", {codec.config.sample_rate_hz}},
                            {"padding_side", {"left"}},
                            {"padding_value", {0.0}},
                            {"return_attention_mask", {true}},
                            {"chunk_length_s", {}},
                            {"overlap", {}}})});
}

}  // namespace musicgen::train
