// Element formats that a product or an attention reads.
#pragma once

#include <cstddef>
#include <cstdint>

namespace musicgen::kernels {

inline constexpr int64_t kTileOutputs = 32;  // outputs side by side in a packed matrix

// kQ8 and kQ4 are groups of 32 inputs of one output: integers of eight and four bits and an f16
// scale (tensor/quantized_group.h). kQ4 is for weights alone.
enum class WeightFormat { kF32, kF16, kBF16, kQ8, kQ4 };

bool IsQuantized(WeightFormat format);

// Bytes of so many elements, in whole groups.
size_t FormatBytes(WeightFormat format, int64_t elements = 1);
const char* FormatName(WeightFormat format);  // "f32", …

}  // namespace musicgen::kernels
