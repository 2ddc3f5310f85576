// How a model's weights are kept in memory.
#pragma once

#include <string>

#include "checkpoint/tensor_source.h"
#include "generate/model_files.h"
#include "lm/decoder.h"
#include "musicgen/musicgen.hpp"

namespace musicgen::generate {

// What the weights of each stage become at a precision.
struct StageFormats {
  lm::Formats lm;
  kernels::WeightFormat t5 = kernels::WeightFormat::kF32;
  kernels::WeightFormat codec = kernels::WeightFormat::kF32;
};
StageFormats ChooseFormats(Precision precision);

}  // namespace musicgen::generate
