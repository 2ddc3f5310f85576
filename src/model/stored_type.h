// What each tensor becomes in a converted file.
#pragma once

#include <string>

#include "musicgen/musicgen.hpp"
#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace musicgen::model {

// The element type that the tensor of this Hugging Face name, shape and type gets at `precision`:
//
//   auto          its own
//   f32 f16 bf16  that for matrices, f32 for vectors
//   q8            Q8_0 for the matrices that the language model and the T5 multiply with; f32 for
//                 vectors, projections, position biases and the codec's codebooks; f16 for the
//                 rest: tables, convolutions, rows that do not come in whole groups
//   q4            the same with Q4_0 for the layers of the language model
//
// So a quantised file gives the codes that quantising at load gives (precision.h). The codec is in
// f16, not bf16, since eleven bits of mantissa cost no more than eight. Integers stay what they
// are.
DType StoredType(const std::string& name, const Shape& shape, DType own, Precision precision);

}  // namespace musicgen::model
