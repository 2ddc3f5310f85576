#include "model/huggingface_files.h"

#include <utility>

#include "base/error.h"
#include "model/audiocraft_files.h"
#include "model/gguf_names.h"

namespace musicgen::model {

using checkpoint::Config;
using checkpoint::SideFiles;
using checkpoint::TensorSource;

namespace {

SamplingDefaults ReadSampling(const SideFiles& files) {
  constexpr char kGeneration[] = "generation_config.json";
  SamplingDefaults sampling;
  if (!files.Has(kGeneration)) return sampling;
  const Config config = files.ReadConfig(kGeneration);
  sampling.temperature = config.Number("temperature", sampling.temperature, 0.0, 1e6);
  sampling.top_k = config.Int("top_k", sampling.top_k, 0, 1000000000);
  sampling.top_p = config.Number("top_p", sampling.top_p, 0.0, 1.0);
  if (sampling.top_p == 1.0) sampling.top_p = 0.0;  // transformers' "all of them"
  sampling.cfg_coef = config.Number("guidance_scale", sampling.cfg_coef, -1e3, 1e3);
  return sampling;
}

}  // namespace

LmPart ReadLmPart(const SideFiles& files, const std::string& xp_cfg,
                  std::shared_ptr<const TensorSource> tensors) {
  const Config config = files.ReadConfig(kConfigFile), decoder = config.Object("decoder");
  const std::string type = config.String("model_type", "");
  const bool melody = type == "musicgen_melody";
  const bool style = type == "musicgen_style" && !xp_cfg.empty();  // transformers has none
  if (!melody && !style && type != "musicgen") {
    const char* hint = type == "encodec" ? " (a codec alone, which --codec takes)"
                       : type == "t5"    ? " (a text encoder alone, which --text-encoder takes)"
                                         : "";
    ThrowBadInput(config.Where("model_type"), ": expected musicgen or musicgen_melody, found ",
                  Printable(type), hint);
  }
  LmPart part;
  if (xp_cfg.empty()) {
    part.config = lm::ReadLmConfig(decoder);
    part.sampling = ReadSampling(files);
    if (melody) part.melody = ReadMelody(files, config);
  } else {
    part = DescribeAudioCraft(xp_cfg, Config::ParseYaml(xp_cfg, files.Where(kXpFile)));
  }
  part.model_type = type;
  if ((melody || style) == part.config.cross_attention || style != part.style.has_value()) {
    ThrowBadInput(decoder.Where("model_type"), ": expected ", type,
                  "_decoder as the model's type has it");
  }
  part.tensors = {std::move(tensors), "decoder."};
  ReadStyleTensors(&part);
  part.size_where = decoder.Where("vocab_size");
  part.books_where = decoder.Where("num_codebooks");
  return part;
}

TextPart ReadTextPart(const std::shared_ptr<const SideFiles>& files,
                      std::shared_ptr<const TensorSource> tensors) {
  TextPart part;
  part.config = text::ReadT5Config(files->ReadConfig(kConfigFile).Object("text_encoder"));
  part.tensors = {std::move(tensors), "text_encoder."};
  part.tokenizer_files = files;
  return part;
}

CodecPart ReadCodecPart(const std::shared_ptr<const SideFiles>& files,
                        std::shared_ptr<const TensorSource> tensors) {
  CodecPart part;
  part.files = files;
  part.config = codec::ReadCodecConfig(files->ReadConfig(kConfigFile).Object("audio_encoder"));
  part.tensors = {std::move(tensors), "audio_encoder."};
  return part;
}

conditioning::MelodyConfig ReadMelody(const SideFiles& files, const Config& config) {
  constexpr char kExtractor[] = "preprocessor_config.json";
  return conditioning::ReadMelodyConfig(config, files.Has(kExtractor)
                                                    ? files.ReadConfig(kExtractor)
                                                    : Config::Parse("{}", files.Where(kExtractor)));
}

}  // namespace musicgen::model
