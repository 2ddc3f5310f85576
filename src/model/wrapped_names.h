// Names of tensors as training tools leave them: torch.compile, DDP, FSDP, Lightning and PEFT put
// their own words in front of a module's names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checkpoint/tensor_source.h"

namespace musicgen::model {

// A name without the words that stand between a module's own.
std::string WithoutWrappers(std::string name);

// The source under the names that the model itself has, be it a whole MusicGen, a T5 or an EnCodec,
// of transformers or of AudioCraft. A beginning that is left out is one for `notes`. Throws
// Error(kBadInput) for the matrices of a LoRA adapter that is not merged, and for two models in one
// file.
std::shared_ptr<const checkpoint::TensorSource> Unwrap(
    std::shared_ptr<const checkpoint::TensorSource> source, std::vector<std::string>* notes);

}  // namespace musicgen::model
