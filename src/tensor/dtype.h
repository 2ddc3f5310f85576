// Element types of stored tensors.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace musicgen {

// kQ8_0 and kQ4_0 are made of groups (tensor/quantized_group.h) along the last axis.
enum class DType { kF64, kF32, kF16, kBF16, kI64, kI32, kI16, kI8, kU8, kBool, kQ8_0, kQ4_0 };

// Elements that are stored together: 1, or a group's 32.
int64_t DTypeGroup(DType dtype);
// Bytes of such a group of elements.
size_t DTypeBytes(DType dtype);
const char* DTypeName(DType dtype);  // as safetensors spells it: "F32", "BF16", …; "Q8_0", "Q4_0"

inline float BF16ToFloat(uint16_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}
// Rounds to nearest, ties to even; NaN stays NaN.
inline uint16_t FloatToBF16(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<uint16_t>((bits >> 16) | 0x40);
  return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1)) >> 16);
}
float F16ToFloat(uint16_t bits);
// Rounds to nearest, ties to even; overflow gives infinity, NaN stays NaN.
uint16_t FloatToF16(float value);

}  // namespace musicgen
