// The settings of an exported model in transformers' words.
#pragma once

#include <cstdint>
#include <string>

#include "model/model_parts.h"
#include "musicgen/generation.hpp"
#include "train/lm/lm_model.h"

namespace musicgen::train {

std::string ExportedConfig(const LmModelConfig& model, const model::CodecPart& codec);
std::string ExportedGenerationConfig(const LmModelConfig& model, const SamplingDefaults& sampling,
                                     int64_t most_frames);
std::string ExportedPreprocessorConfig(const LmModelConfig& model, const model::CodecPart& codec);

}  // namespace musicgen::train
