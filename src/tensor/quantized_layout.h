// How groups of 32 numbers lie in memory as small integers with one scale: ggml's Q8_0 and Q4_0,
// byte for byte, so that GGUF readers know them.
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

}  // namespace musicgen
