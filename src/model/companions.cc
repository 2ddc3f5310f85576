#include "model/companions.h"

#include <filesystem>

#include "base/error.h"
#include "base/mapped_file.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/shard_index.h"
#include "checkpoint/torch_file.h"
#include "codec/expected_tensors.h"
#include "model/audiocraft_files.h"
#include "model/model_path.h"
#include "text/t5_encoder.h"

namespace musicgen::model {

using checkpoint::Config;

bool HasWeights(const std::string& directory) {
  return checkpoint::HasSafetensorsDirectory(directory) || checkpoint::HasTorchDirectory(directory);
}

std::shared_ptr<const checkpoint::TensorSource> OpenWeights(const std::string& directory) {
  if (checkpoint::HasSafetensorsDirectory(directory) || !checkpoint::HasTorchDirectory(directory)) {
    return checkpoint::OpenSafetensorsDirectory(directory);
  }
  return checkpoint::OpenTorchDirectory(directory);
}

void OpenTextEncoder(const std::string& directory, ModelFiles* files) {
  files->tokenizer_files = checkpoint::FilesOfDirectory(directory);
  files->t5_json = files->tokenizer_files->Read(kConfigFile);
  files->t5 =
      text::ReadT5Config(Config::Parse(files->t5_json, files->tokenizer_files->Where(kConfigFile)));
  files->t5_tensors = {OpenWeights(directory), ""};
  // The decoder half of a whole T5 is not used.
  checkpoint::CheckTensors(*files->t5_tensors.source,
                           text::T5Encoder::Expected(files->t5, *files->t5_tensors.source, ""),
                           {"decoder.*", "lm_head.*"});
}

void OpenCodec(const std::string& directory, ModelFiles* files) {
  if (!checkpoint::EntryExists(directory + "/config.json") &&
      checkpoint::EntryExists(directory + "/" + kCompressionFile)) {
    return OpenAudioCraftCodec(directory, files);
  }
  const MappedFile file(directory + "/config.json");
  files->codec_json = file.bytes();
  files->codec =
      codec::ReadCodecConfig(Config::Parse(files->codec_json, directory + "/config.json"));
  files->codec_tensors = {OpenWeights(directory), ""};
  checkpoint::CheckTensors(*files->codec_tensors.source,
                           codec::ExpectedTensors(files->codec, *files->codec_tensors.source, ""),
                           codec::IgnoredTensors());
}

std::string FindCompanion(const std::string& model_directory, const std::string& name,
                          const std::string& where) {
  namespace fs = std::filesystem;
  const size_t slash = name.rfind('/');
  const std::string folder = slash == name.npos ? name : name.substr(slash + 1);
  std::error_code error;
  if (!folder.empty() && folder != "." && folder != ".." &&
      folder.find('\0') == std::string::npos) {
    for (const fs::path& place :
         {fs::path(model_directory) / folder, fs::path(model_directory) / ".." / folder}) {
      if (fs::is_directory(place, error)) return place.string();
    }
  }
  try {
    return FindModel(name);
  } catch (const Error& problem) {
    if (problem.code() != ErrorCode::kBadInput) throw;
    ThrowBadInput(where, ": ", Printable(name), " is neither a folder inside ",
                  Printable(model_directory, 1000),
                  " nor beside it, nor elsewhere: ", problem.what());
  }
}

void CheckAgreement(const ModelFiles& files, const std::string& size_where,
                    const std::string& books_where) {
  const lm::LmConfig& lm = files.lm;
  if (lm.codebook_size != files.codec.codebook_size) {
    ThrowBadInput(size_where, ": expected the codec's codebook size ", files.codec.codebook_size,
                  ", found ", lm.codebook_size);
  }
  if (lm.codebooks > lm.audio_channels * files.codec.num_quantizers) {
    ThrowBadInput(books_where, ": expected at most ", files.codec.num_quantizers, " for each of ",
                  lm.audio_channels, " channels, found ", lm.codebooks);
  }
}

}  // namespace musicgen::model
