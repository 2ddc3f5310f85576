#include "model/text_encoder_files.h"

#include "model/weights.h"

namespace musicgen::model {

TextPart OpenTextEncoder(const std::string& directory) {
  TextPart part;
  part.tokenizer_files = checkpoint::FilesOfDirectory(directory);
  part.config = text::ReadT5Config(part.tokenizer_files->ReadConfig(kConfigFile));
  part.tensors = {OpenWeights(directory), ""};
  return part;
}

}  // namespace musicgen::model
