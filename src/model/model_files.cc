#include "model/model_files.h"

#include <filesystem>
#include <sstream>
#include <utility>

#include "base/error.h"
#include "checkpoint/gguf_file.h"
#include "checkpoint/shard_index.h"
#include "model/audiocraft_files.h"
#include "model/audiocraft_gguf.h"
#include "model/codec_files.h"
#include "model/companions.h"
#include "model/gguf_names.h"
#include "model/huggingface_files.h"
#include "model/no_model.h"
#include "model/part_checks.h"
#include "model/text_encoder_files.h"
#include "model/weights.h"

namespace musicgen::model {
namespace {

using checkpoint::SideFiles;
using checkpoint::TensorSource;

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

ModelFiles Assemble(const std::string& path, std::shared_ptr<const SideFiles> side_files, LmPart lm,
                    TextPart text, CodecPart codec, bool strict) {
  CheckAgreement(lm, codec.config);
  ModelFiles files;
  for (const auto* notes : {&lm.notes, &text.notes, &codec.notes}) {
    files.warnings.insert(files.warnings.end(), notes->begin(), notes->end());
  }
  TakeTensors(&lm, &text, &codec, strict, &files.warnings);
  files.directory = path;
  files.licence = ReadLicence(*side_files);
  files.side_files = std::move(side_files);
  files.model_type = std::move(lm.model_type);
  files.lm = std::move(lm.config);
  files.melody = lm.melody;
  files.style = std::move(lm.style);
  files.max_duration_s = lm.max_duration_s;
  files.sampling = lm.sampling;
  files.two_step_coef = lm.two_step_coef;
  files.dialect = lm.dialect;
  files.lm_tensors = std::move(lm.tensors);
  files.t5 = text.config;
  files.t5_tensors = std::move(text.tensors);
  files.tokenizer_files = std::move(text.tokenizer_files);
  files.codec = std::move(codec.config);
  files.codec_tensors = std::move(codec.tensors);
  files.codec_files = std::move(codec.files);
  return files;
}

// OpenModel's options.
struct Options {
  const std::string &text_encoder, &codec;
  bool strict;
};

// All stages are in `tensors` unless the options name others.
ModelFiles OpenWhole(const std::string& path, std::shared_ptr<const SideFiles> side_files,
                     const std::string& xp_cfg, const std::shared_ptr<const TensorSource>& tensors,
                     const Options& options, const std::vector<std::string>& notes) {
  LmPart lm = ReadLmPart(*side_files, xp_cfg, tensors);
  lm.notes = notes;
  TextPart text = options.text_encoder.empty() ? ReadTextPart(side_files, tensors)
                                               : OpenTextEncoder(options.text_encoder);
  CodecPart codec =
      options.codec.empty() ? ReadCodecPart(side_files, tensors) : OpenCodec(options.codec);
  return Assemble(path, std::move(side_files), std::move(lm), std::move(text), std::move(codec),
                  options.strict);
}

ModelFiles OpenHuggingFace(const std::string& directory, const Options& options) {
  std::vector<std::string> notes;
  const auto tensors = OpenWeights(directory, &notes);
  return OpenWhole(directory, checkpoint::FilesOfDirectory(directory), "", tensors, options, notes);
}

// Beside the language model are the other stages or their names, in `directory`.
TextPart OpenNamedTextEncoder(const std::string& directory, const LmPart& lm,
                              const Options& options) {
  if (!options.text_encoder.empty()) return OpenTextEncoder(options.text_encoder);
  const std::string found = FindCompanion(directory, lm.text_encoder);
  if (!HasTunedTextEncoder(lm)) return OpenTextEncoder(found);
  TextPart part = DescribeTextEncoder(found, {lm.tensors.source, "text_encoder."});
  try {
    CheckTextEncoder(part);
  } catch (const Error& problem) {
    ThrowBadInput("the fine-tuned T5 of ", problem.what());
  }
  return part;
}

CodecPart OpenNamedCodec(const std::string& directory, const LmPart& lm, const Options& options) {
  if (!options.codec.empty()) return OpenCodec(options.codec);
  if (checkpoint::EntryExists(directory + "/" + kCompressionFile)) {
    return OpenAudioCraftCodec(directory);
  }
  const std::string found = FindCompanion(directory, lm.codec);
  CodecPart part = OpenCodec(found);
  part.notes.push_back(StrCat(Printable(directory, 1000), ": holds no codec; that of ",
                              Printable(found, 1000), " is used (--codec names another)"));
  return part;
}

ModelFiles OpenAudioCraft(const std::string& directory, const Options& options) {
  LmPart lm = OpenAudioCraftLm(directory);
  TextPart text = OpenNamedTextEncoder(directory, lm, options);
  CodecPart codec = OpenNamedCodec(directory, lm, options);
  auto side_files = WithFile(checkpoint::FilesOfDirectory(directory), kXpFile, lm.xp_cfg);
  return Assemble(directory, std::move(side_files), std::move(lm), std::move(text),
                  std::move(codec), options.strict);
}

ModelFiles OpenGguf(const std::string& path, const Options& options) {
  ExpectGguf(path);
  const auto file = checkpoint::GgufFile::Open(path);
  const auto architecture = file->Text(kArchitectureKey).value_or("none");
  auto side_files = checkpoint::FilesOfGguf(file);
  if (architecture == kArchitecture) {
    const std::string xp_cfg = side_files->Has(kXpFile) ? side_files->Read(kXpFile) : "";
    return OpenWhole(path, std::move(side_files), xp_cfg, file->Tensors(NameFromGguf), options, {});
  }
  if (architecture != kAudioCraftGguf) {
    ThrowBadInput(file->where(), ": metadata ", kArchitectureKey, ": expected ", kArchitecture,
                  " or ", kAudioCraftGguf, ", found ", Printable(architecture));
  }
  std::string folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  LmPart lm = OpenAudioCraftGguf(*file);
  TextPart text = OpenNamedTextEncoder(folder, lm, options);
  CodecPart codec =
      OpenCodec(options.codec.empty() ? FindCompanion(folder, lm.codec) : options.codec);
  side_files = WithFile(std::move(side_files), kXpFile, lm.xp_cfg);
  return Assemble(path, std::move(side_files), std::move(lm), std::move(text), std::move(codec),
                  options.strict);
}

}  // namespace

bool IsFile(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error) && !std::filesystem::is_directory(path, error);
}

std::shared_ptr<const SideFiles> OpenSideFiles(const std::string& path) {
  if (!IsFile(path)) return checkpoint::FilesOfDirectory(path);
  ExpectGguf(path);
  return checkpoint::FilesOfGguf(checkpoint::GgufFile::Open(path));
}

uint64_t CountParameters(const std::vector<checkpoint::ExpectedTensor>& tensors) {
  uint64_t count = 0;
  for (const checkpoint::ExpectedTensor& tensor : tensors)
    count += static_cast<uint64_t>(NumElements(tensor.shape));
  return count;
}

ModelFiles OpenModel(const std::string& path, const std::string& text_encoder,
                     const std::string& codec, bool strict) {
  const Options options = {text_encoder, codec, strict};
  if (IsFile(path)) return OpenGguf(path, options);
  return IsAudioCraftDirectory(path) ? OpenAudioCraft(path, options)
                                     : OpenHuggingFace(path, options);
}

}  // namespace musicgen::model
