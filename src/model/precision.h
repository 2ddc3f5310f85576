// How a model's weights are kept in memory.
#pragma once

#include <string>

#include "checkpoint/tensor_source.h"
#include "lm/transformer.h"
#include "model/model_files.h"
#include "musicgen/precision.hpp"

namespace musicgen::model {

// What kAuto stands for: q8 or q4 when the model's file holds that, otherwise q8 with a codec that
// rounds nothing, which kAuto itself then means. Others are what they are.
Precision Resolve(const ModelFiles& files, Precision precision);

// What the weights of each stage become at a precision.
struct StageFormats {
  lm::Formats lm;
  kernels::WeightFormat t5 = kernels::WeightFormat::kF32;
  kernels::WeightFormat codec = kernels::WeightFormat::kF32;
};
StageFormats ChooseFormats(Precision precision);

}  // namespace musicgen::model
