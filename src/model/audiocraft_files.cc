#include "model/audiocraft_files.h"

#include "base/error.h"
#include "checkpoint/shard_index.h"
#include "checkpoint/torch_file.h"
#include "codec/expected_tensors.h"
#include "conditioning/text_projection.h"
#include "lm/decoder.h"
#include "model/audiocraft_config.h"
#include "model/audiocraft_source.h"
#include "model/companions.h"

namespace musicgen::model {
namespace {

using checkpoint::Config;
using checkpoint::ExpectedTensor;
using checkpoint::TorchFile;

constexpr char kTensors[] = "best_state";
constexpr char kConfig[] = "xp.cfg";
constexpr char kPointer[] = "pretrained";

std::string XpText(const TorchFile& file) {
  const std::optional<std::string> text = file.String(kConfig);
  if (!text) ThrowBadInput(file.where(), ": expected the configuration ", kConfig, ", found none");
  return *text;
}

Config ReadXp(const TorchFile& file) {
  return Config::ParseYaml(XpText(file), file.where() + ": " + kConfig);
}

}  // namespace

bool IsAudioCraftDirectory(const std::string& directory) {
  const bool hugging_face =
      checkpoint::EntryExists(directory + "/config.json") && HasWeights(directory);
  return !hugging_face && checkpoint::EntryExists(directory + "/" + kStateFile);
}

void OpenAudioCraftCodec(const std::string& directory, ModelFiles* files) {
  const std::shared_ptr<const TorchFile> file = TorchFile::Open(directory + "/" + kCompressionFile);
  if (const std::optional<std::string> name = file->String(kPointer)) {
    const std::string found = FindCompanion(directory, *name, file->where() + ": " + kPointer);
    // A pointer leads to the codec itself, not to another pointer.
    if (!checkpoint::EntryExists(found + "/config.json")) {
      ThrowBadInput(file->where(), ": ", kPointer, ": expected a codec in the Hugging Face layout",
                    " in ", Printable(found, 1000), ", found no config.json");
    }
    return OpenCodec(found, files);
  }
  files->codec_json = EncodecJson(ReadXp(*file));
  files->codec =
      codec::ReadCodecConfig(Config::Parse(files->codec_json, file->where() + ": " + kConfig));
  files->codec_tensors = {PresentAudioCraftCodec(OpenTorchTensors(file, kTensors)), ""};
  checkpoint::CheckTensors(*files->codec_tensors.source,
                           codec::ExpectedTensors(files->codec, *files->codec_tensors.source, ""),
                           codec::IgnoredTensors());
}

ModelFiles OpenAudioCraft(const std::string& directory, const std::string& text_encoder,
                          const std::string& codec) {
  ModelFiles files;
  files.directory = directory;
  files.side_files = checkpoint::FilesOfDirectory(directory);
  const std::shared_ptr<const TorchFile> file = TorchFile::Open(directory + "/" + kStateFile);
  const Config xp = ReadXp(*file);
  files.xp_cfg = XpText(*file);
  const AudioCraftConfig config = ReadAudioCraftConfig(xp);
  UseAudioCraft(config, &files);
  files.lm_tensors = {PresentAudioCraftLm(OpenTorchTensors(file, kTensors)), "decoder."};

  OpenTextEncoder(text_encoder.empty()
                      ? FindCompanion(directory, config.t5_name,
                                      xp.Object("conditioners").Where("description.t5.name"))
                      : text_encoder,
                  &files);
  if (codec.empty()) {
    OpenAudioCraftCodec(directory, &files);
  } else {
    OpenCodec(codec, &files);
  }
  const Config transformer = xp.Object("transformer_lm");
  CheckAgreement(files, transformer.Where("card"), transformer.Where("n_q"));
  CheckAudioCraftTensors(config, files, xp.Where("sample_rate"));
  return files;
}

void UseAudioCraft(const AudioCraftConfig& config, ModelFiles* files) {
  files->dialect = conditioning::Reference::kAudioCraft;
  files->lm = config.lm;
  files->max_duration_s = config.max_duration_s;
  files->two_step_coef = config.cfg_coef;
  files->melody = config.melody;
  files->model_type = config.melody ? "musicgen_melody" : "musicgen";
}

void CheckAudioCraftTensors(const AudioCraftConfig& config, const ModelFiles& files,
                            const std::string& rate_where) {
  if (config.sample_rate_hz != files.codec.sample_rate_hz) {
    ThrowBadInput(rate_where, ": expected the codec's ", files.codec.sample_rate_hz, ", found ",
                  config.sample_rate_hz);
  }
  std::vector<ExpectedTensor> expected = lm::Decoder::Expected(files.lm, "decoder.");
  // AudioCraft always projects, also between equal widths.
  const int64_t width = files.lm.width;
  expected.push_back({"enc_to_dec_proj.weight", {width, files.t5.d_model}});
  expected.push_back({"enc_to_dec_proj.bias", {width}});
  if (config.melody) {
    expected.push_back({"audio_enc_to_dec_proj.weight", {width, config.melody->chroma.classes}});
    expected.push_back({"audio_enc_to_dec_proj.bias", {width}});
  }
  checkpoint::CheckTensors(*files.lm_tensors.source, expected, {});
}

}  // namespace musicgen::model
