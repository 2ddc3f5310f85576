// Numbers to groups of small integers with one scale, and back.
#pragma once

#include "tensor/quantized_layout.h"  // IWYU pragma: export

namespace musicgen {

// The nearest values (ties to even) for the scale largest magnitude / 127, itself rounded to f16.
// Numbers that are not finite give a group that is not: its scale is NaN.
void Quantize(const float* x, Q8Group* group);
// The values of least squared error among nineteen scales around the largest magnitude / 8, with
// the scale that fits them best: an eighth less squared error on normal numbers than that one
// alone.
void Quantize(const float* x, Q4Group* group);

void Dequantize(const Q8Group& group, float* x);
void Dequantize(const Q4Group& group, float* x);

}  // namespace musicgen
