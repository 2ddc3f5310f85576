#include "model/text_encoder_files.h"

#include <utility>

#include "model/weights.h"

namespace musicgen::model {

TextPart OpenTextEncoder(const std::string& directory) {
  TextPart part = DescribeTextEncoder(directory, {});
  part.tensors = {OpenWeights(directory, &part.notes), ""};
  return part;
}

TextPart DescribeTextEncoder(const std::string& directory, StageTensors tensors) {
  TextPart part;
  part.tokenizer_files = checkpoint::FilesOfDirectory(directory);
  part.config = text::ReadT5Config(part.tokenizer_files->ReadConfig(kConfigFile));
  part.tensors = std::move(tensors);
  return part;
}

}  // namespace musicgen::model
