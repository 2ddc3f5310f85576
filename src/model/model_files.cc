#include "model/model_files.h"

#include <filesystem>
#include <sstream>

#include "base/error.h"
#include "codec/expected_tensors.h"
#include "conditioning/melody_projection.h"
#include "conditioning/text_projection.h"
#include "lm/decoder.h"
#include "model/audiocraft_config.h"
#include "model/audiocraft_files.h"
#include "model/audiocraft_gguf.h"
#include "model/companions.h"
#include "model/gguf_names.h"
#include "text/t5_encoder.h"

namespace musicgen::model {
namespace {

using checkpoint::Config;
using checkpoint::ExpectedTensor;
using checkpoint::SideFiles;
using checkpoint::TensorSource;

void Append(std::vector<ExpectedTensor>* all, std::vector<ExpectedTensor> more) {
  all->insert(all->end(), std::make_move_iterator(more.begin()),
              std::make_move_iterator(more.end()));
}

// "license:" of the YAML block that opens a model card.
std::string ReadLicence(const SideFiles& files) {
  if (!files.Has("README.md")) return "unknown";
  std::istringstream card(files.Read("README.md"));
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

// What AudioCraft's configuration says, which transformers' has no words for.
void FollowAudioCraft(const std::string& where, ModelFiles* files) {
  UseAudioCraft(ReadAudioCraftConfig(Config::ParseYaml(files->xp_cfg, where)), files);
}

// The language model's part of `files`, which holds the side files and, of AudioCraft's models,
// xp_cfg.
void ReadLanguageModel(const Config& config, ModelFiles* files) {
  files->model_type = config.String("model_type", "");
  const bool melody = files->model_type == "musicgen_melody";
  if (!melody && files->model_type != "musicgen") {
    ThrowBadInput(config.Where("model_type"), ": expected musicgen or musicgen_melody, found ",
                  Printable(files->model_type));
  }
  if (!files->xp_cfg.empty()) {
    FollowAudioCraft(files->side_files->Where(kXpFile), files);
  } else {
    files->lm = lm::ReadLmConfig(config.Object("decoder"));
    if (melody) files->melody = ReadMelody(*files->side_files, config);
  }
  if (melody == files->lm.cross_attention) {
    ThrowBadInput(config.Object("decoder").Where("model_type"), ": expected ", files->model_type,
                  "_decoder as the model's type has it");
  }
}

// All stages' tensors are in `model` unless directories of their own are given.
void ReadStages(const std::shared_ptr<const TensorSource>& model, const std::string& text_encoder,
                const std::string& codec, ModelFiles* files) {
  const Config config = files->side_files->ReadConfig(kConfigFile);
  ReadLanguageModel(config, files);
  std::vector<ExpectedTensor> expected = lm::Decoder::Expected(files->lm, "decoder.");
  std::vector<std::string> ignored = codec::IgnoredTensors();
  ignored.push_back("decoder.model.decoder.embed_positions.weights");  // recomputed
  files->lm_tensors = {model, "decoder."};
  if (text_encoder.empty()) {
    files->t5 = text::ReadT5Config(config.Object("text_encoder"));
    files->t5_tensors = {model, "text_encoder."};
    files->tokenizer_files = files->side_files;
    Append(&expected, text::T5Encoder::Expected(files->t5, *model, "text_encoder."));
  } else {
    OpenTextEncoder(text_encoder, files);
    ignored.push_back("text_encoder.*");
  }
  Append(&expected,
         conditioning::TextProjection::Expected(files->t5.d_model, files->lm.width, *model));
  if (files->melody) {
    Append(&expected, conditioning::MelodyProjection::Expected(files->melody->chroma.classes,
                                                               files->lm.width));
  }
  if (codec.empty()) {
    files->codec = codec::ReadCodecConfig(config.Object("audio_encoder"));
    files->codec_tensors = {model, "audio_encoder."};
    Append(&expected, codec::ExpectedTensors(files->codec, *model, "audio_encoder."));
  } else {
    OpenCodec(codec, files);
    ignored.push_back("audio_encoder.*");
  }
  const Config decoder = config.Object("decoder");
  CheckAgreement(*files, decoder.Where("vocab_size"), decoder.Where("num_codebooks"));
  checkpoint::CheckTensors(*model, expected, ignored);
}

ModelFiles OpenHuggingFace(const std::string& directory, const std::string& text_encoder,
                           const std::string& codec) {
  ModelFiles files;
  files.directory = directory;
  files.side_files = checkpoint::FilesOfDirectory(directory);
  ReadStages(OpenWeights(directory), text_encoder, codec, &files);
  return files;
}

ModelFiles OpenGguf(const std::string& path, const std::string& text_encoder,
                    const std::string& codec) {
  const auto file = checkpoint::GgufFile::Open(path);
  const auto architecture = file->Text(kArchitectureKey).value_or("none");
  if (architecture == kAudioCraftGguf) {
    return OpenAudioCraftGguf(file, path, text_encoder, codec);
  }
  if (architecture != kArchitecture) {
    ThrowBadInput(file->where(), ": metadata ", kArchitectureKey, ": expected ", kArchitecture,
                  " or ", kAudioCraftGguf, ", found ", Printable(architecture));
  }
  ModelFiles files;
  files.directory = path;
  files.side_files = checkpoint::FilesOfGguf(file);
  if (files.side_files->Has(kXpFile)) files.xp_cfg = files.side_files->Read(kXpFile);
  ReadStages(file->Tensors(NameFromGguf), text_encoder, codec, &files);
  return files;
}

}  // namespace

bool IsFile(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error) && !std::filesystem::is_directory(path, error);
}

std::shared_ptr<const SideFiles> OpenSideFiles(const std::string& path) {
  return IsFile(path) ? checkpoint::FilesOfGguf(checkpoint::GgufFile::Open(path))
                      : checkpoint::FilesOfDirectory(path);
}

conditioning::MelodyConfig ReadMelody(const SideFiles& side, const Config& config) {
  constexpr char kExtractor[] = "preprocessor_config.json";
  return conditioning::ReadMelodyConfig(config, side.Has(kExtractor)
                                                    ? side.ReadConfig(kExtractor)
                                                    : Config::Parse("{}", side.Where(kExtractor)));
}

uint64_t CountParameters(const std::vector<ExpectedTensor>& tensors) {
  uint64_t count = 0;
  for (const ExpectedTensor& tensor : tensors)
    count += static_cast<uint64_t>(NumElements(tensor.shape));
  return count;
}

ModelFiles OpenModel(const std::string& path, const std::string& text_encoder,
                     const std::string& codec) {
  ModelFiles files = IsFile(path)                  ? OpenGguf(path, text_encoder, codec)
                     : IsAudioCraftDirectory(path) ? OpenAudioCraft(path, text_encoder, codec)
                                                   : OpenHuggingFace(path, text_encoder, codec);
  files.licence = ReadLicence(*files.side_files);
  return files;
}

}  // namespace musicgen::model
