// The tensors of a directory in the Hugging Face layout.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checkpoint/tensor_source.h"

namespace musicgen::model {

bool HasWeights(const std::string& directory);

// safetensors first, then pytorch_model.bin, under the model's own names (wrapped_names.h). Throws
// Error(kBadInput).
std::shared_ptr<const checkpoint::TensorSource> OpenWeights(const std::string& directory,
                                                            std::vector<std::string>* notes);

}  // namespace musicgen::model
