// Element formats that a product or an attention reads.
#pragma once

#include <cstddef>
#include <cstdint>

namespace musicgen::kernels {

inline constexpr int64_t kTileOutputs = 32;  // outputs side by side in a packed matrix

// Integer formats join here.
enum class WeightFormat { kF32, kF16, kBF16 };

size_t FormatBytes(WeightFormat format);
const char* FormatName(WeightFormat format);  // "f32", …

}  // namespace musicgen::kernels
