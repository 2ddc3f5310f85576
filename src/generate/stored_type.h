// What each tensor becomes in a converted file.
#pragma once

#include <string>

#include "musicgen/musicgen.hpp"
#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace musicgen::generate {

// The element type that the tensor of this Hugging Face name, shape and type gets at `precision`:
//
//   auto          its own
//   f32 f16 bf16  that for matrices, f32 for vectors
//   q8 q4         Q8_0 or Q4_0 for the matrices that the language model and the T5 multiply with;
//   f16
//                 for tables, convolutions, and rows that do not come in whole groups; f32 for
//                 vectors and the codec's codebooks
//
// f16 for the codec, since half precision with eleven bits of mantissa costs no more than with
// eight. Integers stay what they are.
DType StoredType(const std::string& name, const Shape& shape, DType own, Precision precision);

}  // namespace musicgen::generate
