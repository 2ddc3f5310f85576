#include "model/named_stages.h"

#include "checkpoint/gguf_file.h"
#include "checkpoint/shard_index.h"
#include "model/audiocraft_files.h"
#include "model/audiocraft_gguf.h"
#include "model/codec_files.h"
#include "model/gguf_names.h"
#include "model/model_files.h"
#include "model/no_model.h"

namespace musicgen::model {

std::vector<NamedStage> NamedStages(const std::string& path) {
  using hub::Role;
  if (IsFile(path)) {
    ExpectGguf(path);
    const auto file = checkpoint::GgufFile::Open(path);
    if (file->Text(kArchitectureKey).value_or("none") != kAudioCraftGguf) return {};
    const LmPart lm = OpenAudioCraftGguf(*file);
    return {{Role::kTextEncoder, lm.text_encoder}, {Role::kCodec, lm.codec}};
  }
  if (!IsAudioCraftDirectory(path)) return {};
  const LmPart lm = OpenAudioCraftLm(path);
  std::vector<NamedStage> stages = {{Role::kTextEncoder, lm.text_encoder}};
  if (!checkpoint::EntryExists(path + "/" + kCompressionFile)) {
    stages.push_back({Role::kCodec, lm.codec});
  } else if (const auto pointer = CodecPointer(path)) {
    stages.push_back({Role::kCodec, *pointer});
  }
  if (lm.style) stages.push_back({Role::kStyleEncoder, lm.style->mert});
  return stages;
}

}  // namespace musicgen::model
