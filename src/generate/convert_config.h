// A model's settings in transformers' words.
#pragma once

#include <string>

#include "generate/model_files.h"

namespace musicgen::generate {

// config.json: the model's own, with the configuration of a T5 or codec that takes the place of its
// own; of AudioCraft's files, a new one.
std::string ConfigJson(const ModelFiles& files);
// generation_config.json and preprocessor_config.json of a model that has none.
std::string GenerationJson(const ModelFiles& files);
std::string PreprocessorJson(const ModelFiles& files);

}  // namespace musicgen::generate
