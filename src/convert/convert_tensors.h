// All the tensors of a model, wherever each stage's lie, under the names of the Hugging Face
// layout.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/model_files.h"

namespace musicgen::convert {

struct ModelTensor {
  std::string name;
  TensorView tensor;                       // described: Read() has its elements
  const checkpoint::TensorSource* source;  // where it is
  std::string own;                         // its name there
  TensorRole role;

  // Its elements, perhaps of a wider type, until `source` drops them.
  TensorView Read() const { return source->Get(own); }
};

// What the names of the T5's and of the codec's begin with.
inline constexpr std::string_view kT5 = "text_encoder.", kCodec = "audio_encoder.";

// In the order of the files: language model and projections, T5, codec. What the stages ignore
// belongs to them, but for the decoder half of a whole T5. Throws Error(kBadInput) when two tensors
// would have one name.
std::vector<ModelTensor> AllTensors(const model::ModelFiles& files);

// Whether weight norm is spelled the newer way among these (checkpoint/weight_norm_names.h).
bool HasNewSpelling(const std::vector<ModelTensor>& tensors);

}  // namespace musicgen::convert
