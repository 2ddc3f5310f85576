// Element formats that a product or an attention reads.
#pragma once

#include <cstddef>
#include <cstdint>

namespace musicgen::kernels {

inline constexpr int64_t kTileOutputs = 32;  // outputs side by side in a packed matrix
// Inputs that are summed up in one chain (kernels/matmul.h), and groups of quantised ones.
inline constexpr int64_t kSumSegment = 64;
inline constexpr int64_t kSumSegmentGroups = 16;

// kQ8 and kQ4 are groups of 32 inputs of one output: integers of eight and four bits and an f16
// scale (tensor/quantized_group.h). kQ4 is for weights alone.
enum class WeightFormat { kF32, kF16, kBF16, kQ8, kQ4 };

bool IsQuantized(WeightFormat format);

// Bytes of so many elements, in whole groups.
size_t FormatBytes(WeightFormat format, int64_t elements = 1);
const char* FormatName(WeightFormat format);  // "f32", …

}  // namespace musicgen::kernels
