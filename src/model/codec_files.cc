#include "model/codec_files.h"

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

CodecPart OpenHuggingFaceCodec(const std::string& directory) {
  CodecPart part;
  part.files = checkpoint::FilesOfDirectory(directory);
  part.config = codec::ReadCodecConfig(part.files->ReadConfig(kConfigFile));
  part.tensors = {OpenWeights(directory), ""};
  return part;
}

}  // namespace

CodecPart OpenCodec(const std::string& directory) {
  const bool audiocraft = !checkpoint::EntryExists(directory + "/" + kConfigFile) &&
                          checkpoint::EntryExists(directory + "/" + kCompressionFile);
  return audiocraft ? OpenAudioCraftCodec(directory) : OpenHuggingFaceCodec(directory);
}

CodecPart OpenAudioCraftCodec(const std::string& directory) {
  const std::shared_ptr<const TorchFile> file = TorchFile::Open(directory + "/" + kCompressionFile);
  if (const std::optional<std::string> name = file->String(kPointer)) {
    const std::string found = FindCompanion(directory, {*name, file->where() + ": " + kPointer});
    // A pointer leads to the codec itself, not to another pointer.
    if (!checkpoint::EntryExists(found + "/" + kConfigFile)) {
      ThrowBadInput(file->where(), ": ", kPointer, ": expected a codec in the Hugging Face layout",
                    " in ", Printable(found, 1000), ", found no ", kConfigFile);
    }
    return OpenHuggingFaceCodec(found);
  }
  CodecPart part;
  const AudioCraftState state = ReadAudioCraftState(file);
  part.config = ReadAudioCraftCodecConfig(state.xp);
  part.tensors = {PresentAudioCraftCodec(state.tensors), ""};
  return part;
}

}  // namespace musicgen::model
