// What each tensor becomes in a converted file.
#pragma once

#include "musicgen/precision.hpp"
#include "tensor/dtype.h"
#include "tensor/shape.h"
#include "tensor/tensor_role.h"

namespace musicgen::model {

// The element type that a tensor of this role, shape and type gets at `precision`:
//
//   auto          its own
//   f32 f16 bf16  that for matrices, f32 for vectors
//   q8 q4         f32 for vectors; f16 for the codec's convolutions and LSTM, since eleven bits of
//                 mantissa cost no more than eight; what loading at that precision would make of
//                 the rest (nn/held_format.h)
//
// So a quantised file gives the codes that quantising at load gives (precision.h). Integers stay
// what they are.
DType StoredType(TensorRole role, const Shape& shape, DType own, Precision precision);

}  // namespace musicgen::model
