// LoRA adapters onto a model.
#pragma once

#include <span>
#include <string>

#include "model/model_files.h"
#include "musicgen/lora.hpp"

namespace musicgen::lora {

// The model's tensors become those with the adapters merged into them, in this order, on up to so
// many threads; they are merged while they are read. Adapters name tensors as transformers does,
// whatever the base's layout. Every tensor of an adapter is one of the model's, and fits it; those
// of strength 0 are only checked. Throws Error(kBadInput).
void Apply(std::span<const LoraFile> files, int threads, model::ModelFiles* model);

}  // namespace musicgen::lora
