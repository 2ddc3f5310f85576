#include "generate/model_files.h"

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "checkpoint/safetensors.h"
#include "codec/expected_tensors.h"
#include "conditioning/melody_projection.h"
#include "conditioning/text_projection.h"
#include "lm/decoder.h"
#include "text/t5_encoder.h"

namespace musicgen::generate {
namespace {

using checkpoint::Config;
using checkpoint::ExpectedTensor;
using checkpoint::TensorSource;

void Append(std::vector<ExpectedTensor>* all, std::vector<ExpectedTensor> more) {
  all->insert(all->end(), std::make_move_iterator(more.begin()),
              std::make_move_iterator(more.end()));
}

// "license:" of the YAML block that opens a model card.
std::string ReadLicence(const std::string& directory) {
  std::ifstream card(directory + "/README.md");
  std::string line;
  if (!std::getline(card, line) || line.rfind("---", 0) != 0) return "unknown";
  for (int lines = 0; lines < 200 && std::getline(card, line) && line.rfind("---", 0) != 0;
       ++lines) {
    const std::string key = "license:";
    if (line.rfind(key, 0) != 0) continue;
    const size_t begin = line.find_first_not_of(" \t\"'", key.size());
    if (begin == std::string::npos) break;
    return Printable(line.substr(begin, line.find_last_not_of(" \t\r\"'") + 1 - begin));
  }
  return "unknown";
}

MelodySettings ReadMelodySettings(const std::string& directory, const Config& config) {
  MelodySettings settings;
  settings.frames = config.Int("chroma_length", 235, 1, 1 << 16);
  settings.chroma.classes = config.Int("num_chroma", 12, 1, 128);
  const std::string extractor = directory + "/preprocessor_config.json";
  if (std::filesystem::exists(extractor)) {
    const Config file = Config::ReadFile(extractor);
    settings.chroma.sample_rate_hz = file.Int("sampling_rate", 32000, 1, 768000);
    settings.chroma.n_fft = file.Int("n_fft", 16384, 16, 1 << 20);
    settings.chroma.hop_samples = file.Int("hop_length", 4096, 1, 1 << 20);
  }
  return settings;
}

void CheckAgreement(const Config& config, const lm::LmConfig& lm, const codec::CodecConfig& codec) {
  const Config decoder = config.Object("decoder");
  if (lm.codebook_size != codec.codebook_size) {
    ThrowBadInput(decoder.Where("vocab_size"), ": expected audio_encoder.codebook_size ",
                  codec.codebook_size, ", found ", lm.codebook_size);
  }
  if (lm.codebooks > lm.audio_channels * codec.num_quantizers) {
    ThrowBadInput(decoder.Where("num_codebooks"), ": expected at most ", codec.num_quantizers,
                  " for each of ", lm.audio_channels, " channels, found ", lm.codebooks);
  }
}

}  // namespace

uint64_t CountParameters(const std::vector<ExpectedTensor>& tensors) {
  uint64_t count = 0;
  for (const ExpectedTensor& tensor : tensors)
    count += static_cast<uint64_t>(NumElements(tensor.shape));
  return count;
}

ModelFiles OpenModel(const std::string& directory, const std::string& text_encoder,
                     const std::string& codec) {
  ModelFiles files;
  files.directory = directory;
  const Config config = Config::ReadFile(directory + "/config.json");
  files.model_type = config.String("model_type", "");
  const bool melody = files.model_type == "musicgen_melody";
  if (!melody && files.model_type != "musicgen") {
    ThrowBadInput(config.Where("model_type"), ": expected musicgen or musicgen_melody, found ",
                  Printable(files.model_type));
  }
  files.licence = ReadLicence(directory);
  files.lm = lm::ReadLmConfig(config.Object("decoder"));
  files.tokenizer_directory = text_encoder.empty() ? directory : text_encoder;
  files.t5 =
      text::ReadT5Config(text_encoder.empty() ? config.Object("text_encoder")
                                              : Config::ReadFile(text_encoder + "/config.json"));
  files.codec = codec::ReadCodecConfig(codec.empty() ? config.Object("audio_encoder")
                                                     : Config::ReadFile(codec + "/config.json"));
  CheckAgreement(config, files.lm, files.codec);
  if (melody == files.lm.cross_attention) {
    ThrowBadInput(config.Object("decoder").Where("model_type"), ": expected ", files.model_type,
                  "_decoder as the model's type has it");
  }
  if (melody) files.melody = ReadMelodySettings(directory, config);

  const std::shared_ptr<const TensorSource> model = checkpoint::OpenSafetensorsDirectory(directory);
  files.lm_tensors = {model, "decoder."};
  files.t5_tensors = {model, "text_encoder."};
  files.codec_tensors = {model, "audio_encoder."};

  std::vector<ExpectedTensor> expected = lm::Decoder::Expected(files.lm, files.lm_tensors.prefix);
  Append(&expected, conditioning::TextProjection::Expected(files.t5.d_model, files.lm.width,
                                                           *files.lm_tensors.source));
  if (melody) {
    Append(&expected, conditioning::MelodyProjection::Expected(files.melody->chroma.classes,
                                                               files.lm.width));
  }
  std::vector<std::string> ignored = codec::IgnoredTensors();
  ignored.push_back("decoder.model.decoder.embed_positions.weights");  // recomputed

  const auto check_elsewhere = [&](const std::string& path, StageTensors* stage, auto&& list,
                                   std::vector<std::string> also_ignored) {
    stage->source = checkpoint::OpenSafetensorsDirectory(path);
    ignored.push_back(stage->prefix + "*");
    stage->prefix = "";
    checkpoint::CheckTensors(*stage->source, list(), also_ignored);
  };
  const auto t5_list = [&] {
    return text::T5Encoder::Expected(files.t5, *files.t5_tensors.source, files.t5_tensors.prefix);
  };
  const auto codec_list = [&] {
    return codec::ExpectedTensors(files.codec, *files.codec_tensors.source,
                                  files.codec_tensors.prefix);
  };
  if (text_encoder.empty()) {
    Append(&expected, t5_list());
  } else {
    // A whole T5: its decoder half is not used.
    check_elsewhere(text_encoder, &files.t5_tensors, t5_list, {"decoder.*", "lm_head.*"});
  }
  if (codec.empty()) {
    Append(&expected, codec_list());
  } else {
    check_elsewhere(codec, &files.codec_tensors, codec_list, codec::IgnoredTensors());
  }
  checkpoint::CheckTensors(*model, expected, ignored);
  return files;
}

}  // namespace musicgen::generate
