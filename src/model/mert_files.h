// The MERT that hears a style, in a directory of its own.
#pragma once

#include <string>

#include "mert/mert_config.h"
#include "model/model_files.h"

namespace musicgen::model {

struct MertPart {
  std::string directory;
  mert::MertConfig config;
  StageTensors tensors;
};

// As it is published, config.json and its tensors, which are checked; safetensors come first.
// Throws Error(kBadInput).
MertPart OpenMert(const std::string& directory);

// That of a style model: the one the user names, else MERT-v1-95M inside the model's directory,
// beside it or in the caches. Its features must be what the style encoder takes. Throws
// Error(kBadInput).
MertPart FindMert(const ModelFiles& files);

}  // namespace musicgen::model
