// A model's settings in transformers' words.
#pragma once

#include <string>

#include "checkpoint/json.h"
#include "model/model_files.h"

namespace musicgen::convert {

// The T5's configuration as its own files have it.
checkpoint::JsonValue TextEncoderJson(const model::ModelFiles& files);
// config.json: the model's own, with the configuration of a T5 or codec that takes the place of its
// own; of AudioCraft's files, a new one.
std::string ConfigJson(const model::ModelFiles& files);
// generation_config.json and preprocessor_config.json of a model that has none.
std::string GenerationJson(const model::ModelFiles& files);
std::string PreprocessorJson(const model::ModelFiles& files);

}  // namespace musicgen::convert
