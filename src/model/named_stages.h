// The stages that a model's files name instead of holding them.
#pragma once

#include <string>
#include <vector>

#include "hub/choice.h"
#include "model/model_parts.h"

namespace musicgen::model {

struct NamedStage {
  hub::Role role;
  Companion companion;
};

// Of AudioCraft's files and audiocraft.cpp's GGUF: a T5, a codec where none is there, and a style
// model's MERT; of other models, and of what is no model, none. Throws Error(kBadInput) for broken
// files.
std::vector<NamedStage> NamedStages(const std::string& path);

}  // namespace musicgen::model
