// A model whose language model has been trained, with the codec and the T5 that it began with.
#pragma once

#include <string>

#include "model/model_files.h"
#include "musicgen/precision.hpp"
#include "train/lm/lm_model.h"

namespace musicgen::train {

struct WholeModel {
  const LmModel& lm;              // with its text encoder, where that is trained
  const model::ModelFiles& base;  // of any layout; its language model may have other codebooks
  std::string card;               // README.md
};

// Writes a Hugging Face directory `out`, new or empty, whole or not at all. At kAuto each tensor
// has the base's type; what the base does not have, or has quantised, is f16 (vectors f32). Other
// precisions as model/stored_type.h has them. Throws Error.
void ExportWhole(const WholeModel& whole, Precision precision, const std::string& out);

}  // namespace musicgen::train
