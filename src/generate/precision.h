// How a model's weights are kept in memory.
#pragma once

#include <string>

#include "checkpoint/tensor_source.h"
#include "generate/model_files.h"
#include "lm/decoder.h"
#include "musicgen/musicgen.hpp"

namespace musicgen::generate {

// What the weights of each stage become. kAuto takes for each stage the narrowest format that loses
// nothing: f16 or bf16 when every number of the file has that form (published checkpoints are half
// precision, whatever type they are stored as), else f32.
struct StageFormats {
  lm::Formats lm;
  kernels::WeightFormat t5 = kernels::WeightFormat::kF32;
  kernels::WeightFormat codec = kernels::WeightFormat::kF32;
};
StageFormats ChooseFormats(const ModelFiles& files, Precision precision);

// Whether every element of the tensor is exactly a number of this format. Reads it, up to the first
// that is not.
bool IsExactly(const TensorView& tensor, kernels::WeightFormat format);

}  // namespace musicgen::generate
