#include "convert/convert_config.h"

#include "base/error.h"

namespace musicgen::convert {
namespace {

using checkpoint::JsonArray;
using checkpoint::JsonObject;
using checkpoint::JsonValue;
using checkpoint::MakeObject;

std::string Line(const JsonValue& value) { return checkpoint::ToJson(value) + "\n"; }

// The configuration of a stage as its own files have it; `otherwise` where they say nothing.
JsonValue StageJson(const checkpoint::SideFiles& own, const checkpoint::SideFiles& model,
                    const char* key, JsonValue otherwise) {
  JsonValue config =
      checkpoint::ParseJson(own.Read(model::kConfigFile), own.Where(model::kConfigFile));
  if (&own != &model) return config;
  const auto* object = config.as<JsonObject>();
  const JsonValue* part = object == nullptr ? nullptr : Find(*object, key);
  return part != nullptr && !part->null() ? *part : std::move(otherwise);
}

JsonValue CodecJson(const model::ModelFiles& files) {
  JsonValue made = codec::ToJson(files.codec);
  if (files.codec_files == nullptr) return made;
  return StageJson(*files.codec_files, *files.side_files, "audio_encoder", std::move(made));
}

JsonValue NewConfig(const model::ModelFiles& files) {
  const char* architecture =
      files.melody ? "MusicgenMelodyForConditionalGeneration" : "MusicgenForConditionalGeneration";
  JsonObject config = MakeObject({{"model_type", {files.model_type}},
                                  {"architectures", {JsonArray{{architecture}}}},
                                  {"is_encoder_decoder", {true}},
                                  {"text_encoder", TextEncoderJson(files)},
                                  {"audio_encoder", CodecJson(files)},
                                  {"decoder", lm::ToJson(files.lm)}});
  if (files.melody) conditioning::SetMelody(*files.melody, &config);
  return {std::move(config)};
}

}  // namespace

JsonValue TextEncoderJson(const model::ModelFiles& files) {
  return StageJson(*files.tokenizer_files, *files.side_files, "text_encoder",
                   text::ToJson(files.t5));
}

std::string ConfigJson(const model::ModelFiles& files) {
  // Beside AudioCraft's files, it would be that of something else.
  const bool beside =
      files.dialect == conditioning::Reference::kAudioCraft && !model::IsFile(files.directory);
  if (beside || !files.side_files->Has(model::kConfigFile)) return Line(NewConfig(files));
  std::string text = files.side_files->Read(model::kConfigFile);
  const auto& model = files.lm_tensors.source;
  const bool other_t5 = files.t5_tensors.source != model,
             other_codec = files.codec_tensors.source != model;
  if (!other_t5 && !other_codec) return text;
  JsonValue config = checkpoint::ParseJson(text, files.side_files->Where(model::kConfigFile));
  auto& object = std::get<JsonObject>(config.is);
  if (other_t5) Set(&object, "text_encoder", TextEncoderJson(files));
  if (other_codec) Set(&object, "audio_encoder", CodecJson(files));
  return Line(config);
}

std::string GenerationJson(const model::ModelFiles& files) {
  const int64_t special = files.lm.codebook_size;
  const auto frames =
      static_cast<int64_t>(files.max_duration_s * static_cast<double>(files.codec.frame_rate()));
  return Line({MakeObject({{"decoder_start_token_id", {special}},
                           {"pad_token_id", {special}},
                           {"bos_token_id", {special}},
                           {"max_length", {frames}},
                           {"do_sample", {true}},
                           {"guidance_scale", {files.two_step_coef.value_or(3.0)}}})});
}

std::string PreprocessorJson(const model::ModelFiles& files) {
  if (files.melody) return Line(conditioning::ToExtractorJson(*files.melody));
  return Line({MakeObject({{"feature_extractor_type", {"EncodecFeatureExtractor"}},
                           {"feature_size", {files.lm.audio_channels}},
                           {"sampling_rate", {files.codec.sample_rate_hz}},
                           {"padding_side", {"left"}},
                           {"padding_value", {0.0}},
                           {"return_attention_mask", {true}},
                           {"chunk_length_s", {}},
                           {"overlap", {}}})});
}

}  // namespace musicgen::convert
