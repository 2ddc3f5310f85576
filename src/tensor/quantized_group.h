// Groups of 32 numbers as small integers with one scale: ggml's Q8_0 and Q4_0, byte for byte, so
// that GGUF readers know them.
#pragma once

#include <cstdint>

namespace musicgen {

inline constexpr int64_t kQuantGroup = 32;

// x[i] = scale · values[i], values in [−127, 127].
struct Q8Group {
  uint16_t scale;  // f16
  int8_t values[kQuantGroup];
};
static_assert(sizeof(Q8Group) == 34);

// x[i] = scale · (q[i] − 8), q in [0, 15]. Byte j holds q[j] in its low and q[j + 16] in its high
// half.
struct Q4Group {
  uint16_t scale;  // f16
  uint8_t values[kQuantGroup / 2];
};
static_assert(sizeof(Q4Group) == 18);

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
