#include "generate/model_files.h"

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "codec/expected_tensors.h"
#include "conditioning/melody_projection.h"
#include "conditioning/text_projection.h"
#include "generate/audiocraft_files.h"
#include "generate/companions.h"
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

conditioning::MelodyConfig ReadMelody(const std::string& directory, const Config& config) {
  const std::string extractor = directory + "/preprocessor_config.json";
  return conditioning::ReadMelodyConfig(
      config, std::filesystem::exists(extractor) ? Config::ReadFile(extractor)
                                                 : Config::Parse("{}", extractor));
}

ModelFiles OpenHuggingFace(const std::string& directory, const std::string& text_encoder,
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
  const Config decoder = config.Object("decoder");
  files.lm = lm::ReadLmConfig(decoder);
  if (melody == files.lm.cross_attention) {
    ThrowBadInput(decoder.Where("model_type"), ": expected ", files.model_type,
                  "_decoder as the model's type has it");
  }

  const std::shared_ptr<const TensorSource> model = OpenWeights(directory);
  std::vector<ExpectedTensor> expected = lm::Decoder::Expected(files.lm, "decoder.");
  Append(&expected,
         conditioning::TextProjection::Expected(
             text_encoder.empty()
                 ? text::ReadT5Config(config.Object("text_encoder")).d_model
                 : text::ReadT5Config(Config::ReadFile(text_encoder + "/config.json")).d_model,
             files.lm.width, *model));
  if (melody) {
    files.melody = ReadMelody(directory, config);
    Append(&expected, conditioning::MelodyProjection::Expected(files.melody->chroma.classes,
                                                               files.lm.width));
  }
  std::vector<std::string> ignored = codec::IgnoredTensors();
  ignored.push_back("decoder.model.decoder.embed_positions.weights");  // recomputed
  files.lm_tensors = {model, "decoder."};
  if (text_encoder.empty()) {
    files.t5 = text::ReadT5Config(config.Object("text_encoder"));
    files.t5_tensors = {model, "text_encoder."};
    files.tokenizer_directory = directory;
    Append(&expected, text::T5Encoder::Expected(files.t5, *model, "text_encoder."));
  } else {
    OpenTextEncoder(text_encoder, &files);
    ignored.push_back("text_encoder.*");
  }
  if (codec.empty()) {
    files.codec = codec::ReadCodecConfig(config.Object("audio_encoder"));
    files.codec_tensors = {model, "audio_encoder."};
    Append(&expected, codec::ExpectedTensors(files.codec, *model, "audio_encoder."));
  } else {
    OpenCodec(codec, &files);
    ignored.push_back("audio_encoder.*");
  }
  CheckAgreement(files, decoder.Where("vocab_size"), decoder.Where("num_codebooks"));
  checkpoint::CheckTensors(*model, expected, ignored);
  return files;
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
  ModelFiles files = IsAudioCraftDirectory(directory)
                         ? OpenAudioCraft(directory, text_encoder, codec)
                         : OpenHuggingFace(directory, text_encoder, codec);
  files.licence = ReadLicence(directory);
  return files;
}

}  // namespace musicgen::generate
