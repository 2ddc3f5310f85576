// All the tensors of a model, wherever each stage's lie, under the names of the Hugging Face
// layout.
#pragma once

#include <string>
#include <vector>

#include "model/model_files.h"

namespace musicgen::convert {

struct ModelTensor {
  std::string name;
  TensorView tensor;
  const checkpoint::TensorSource* source;  // which may drop it
  TensorRole role;
};

// In the order of the files: language model and projections, T5, codec. What the stages ignore
// belongs to them, but for the decoder half of a whole T5. Throws Error(kBadInput) when two tensors
// would have one name.
std::vector<ModelTensor> AllTensors(const model::ModelFiles& files);

}  // namespace musicgen::convert
