// The one rule of which tensor keeps how many bits.
#pragma once

#include "kernels/weight_format.h"
#include "tensor/dtype.h"
#include "tensor/shape.h"
#include "tensor/tensor_role.h"

namespace musicgen::nn {

// The format in which a stage that is kept in `format` holds a tensor of this role and shape, whose
// file has it as `own`:
//
//   float (matrix) f32
//   table          `format`; f16 instead of a quantised one, as a lookup reads little
//   matrix         `format`; f16 where the rows cannot be quantised (PackedMatrix::CanQuantize)
//   sensitive      the same, q8 for q4
//   convolution    f16 unless `format` is f32, from a million weights on. Narrow weights pay where
//                  they are read from memory; the others share few weights among many rows, and
//                  together they would cost most of the accuracy. Of the two 16-bit formats f16 has
//                  three more bits, which decide about 50 dB here. (A weight beyond its range makes
//                  the codec keep that convolution in float.)
//   recurrent      `format`; at f32, those of a half-precision file stay as they are, since widened
//                  as they are read they give the same bits
//
// An unread tensor is not held; it has kF32 here.
kernels::WeightFormat HeldFormat(TensorRole role, kernels::WeightFormat format, const Shape& shape,
                                 DType own = DType::kF32);

}  // namespace musicgen::nn
