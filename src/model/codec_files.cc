#include "model/codec_files.h"

#include <utility>

#include "base/error.h"
#include "checkpoint/shard_index.h"
#include "checkpoint/torch_file.h"
#include "model/audiocraft_config.h"
#include "model/audiocraft_source.h"
#include "model/audiocraft_state.h"
#include "model/companions.h"
#include "model/weights.h"

namespace musicgen::model {
namespace {

using checkpoint::TorchFile;

constexpr char kPointer[] = "pretrained";

[[noreturn]] void RefuseDac(const std::string& where) {
  ThrowBadInput(where, ": expected an EnCodec, found a DAC codec (not supported)");
}

// AudioCraft's two exports are easily taken for one another.
void RefuseLanguageModel(const AudioCraftState& state) {
  for (const std::string& name : state.tensors->Names()) {
    if (!name.starts_with("transformer.layers.")) continue;
    ThrowBadInput(state.tensors->Where(), ": expected a codec, found a language model (tensor ",
                  Printable(name), "): was it exported as the other file?");
  }
}

std::optional<Companion> Pointer(const TorchFile& file) {
  const std::optional<std::string> name = file.String(kPointer);
  if (!name) return std::nullopt;
  const std::string where = StrCat(file.where(), ": ", kPointer);
  if (name->substr(name->rfind('/') + 1).starts_with("dac")) RefuseDac(where);
  return Companion{*name, where, "--codec"};
}

CodecPart OpenHuggingFaceCodec(const std::string& directory) {
  CodecPart part;
  part.files = checkpoint::FilesOfDirectory(directory);
  const checkpoint::Config config = part.files->ReadConfig(kConfigFile);
  if (config.String("model_type", "") == "dac") RefuseDac(config.Where("model_type"));
  part.config = codec::ReadCodecConfig(config);
  part.tensors = {OpenWeights(directory, &part.notes), ""};
  return part;
}

}  // namespace

CodecPart OpenCodec(const std::string& directory) {
  const bool audiocraft = !checkpoint::EntryExists(directory + "/" + kConfigFile) &&
                          checkpoint::EntryExists(directory + "/" + kCompressionFile);
  return audiocraft ? OpenAudioCraftCodec(directory) : OpenHuggingFaceCodec(directory);
}

std::optional<Companion> CodecPointer(const std::string& directory) {
  return Pointer(*TorchFile::Open(directory + "/" + kCompressionFile));
}

CodecPart OpenAudioCraftCodec(const std::string& directory) {
  const std::shared_ptr<const TorchFile> file = TorchFile::Open(directory + "/" + kCompressionFile);
  if (const std::optional<Companion> pointer = Pointer(*file)) {
    const std::string found = FindCompanion(directory, *pointer);
    // A pointer leads to the codec itself, not to another pointer.
    if (!checkpoint::EntryExists(found + "/" + kConfigFile)) {
      ThrowBadInput(pointer->where, ": expected a codec in the Hugging Face layout", " in ",
                    Printable(found, 1000), ", found no ", kConfigFile);
    }
    return OpenHuggingFaceCodec(found);
  }
  CodecPart part;
  AudioCraftState state = ReadAudioCraftState(file);
  RefuseLanguageModel(state);
  part.config = ReadAudioCraftCodecConfig(state.xp);
  part.tensors = {PresentAudioCraftCodec(state.tensors), ""};
  part.notes = std::move(state.notes);
  return part;
}

}  // namespace musicgen::model
