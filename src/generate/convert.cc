// Model conversion, as the library's face offers it.

#include "generate/convert.h"

#include <filesystem>

#include "base/error.h"
#include "generate/audiocraft_files.h"
#include "generate/model_path.h"
#include "musicgen/musicgen.hpp"

namespace musicgen {

void Convert(const ModelOptions& options, const std::string& out) {
  const std::string directory = generate::FindModel(options.model);
  std::error_code error;
  if (std::filesystem::equivalent(directory, out, error)) {
    ThrowBadInput("output ", Printable(out), ": expected another folder than the model's own");
  }
  if (generate::IsAudioCraftDirectory(directory)) {
    return generate::ConvertToHuggingFace(directory, options.text_encoder, options.codec, out);
  }
  if (!options.text_encoder.empty() || !options.codec.empty()) {
    ThrowBadInput("convert: a text encoder or codec of its own is for AudioCraft's files only");
  }
  generate::ConvertToAudioCraft(directory, out);
}

}  // namespace musicgen
