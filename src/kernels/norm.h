// Row normalisations.
//
// Sums over a row have one order on every instruction set: 16 partial sums, partial i taking
// elements i, i + 16, i + 32, … (an absent element adds nothing), then a tree: i += i + 8, += i +
// 4, += i + 2, += i + 1.
#pragma once

#include <cstdint>

namespace musicgen::kernels {

inline constexpr int64_t kReduceLanes = 16;

// y = (x − mean) / sqrt(var + eps)·weight + bias over n elements; var is the biased variance,
// computed from x − mean. y may be x.
void LayerNormRow(const float* x, const float* weight, const float* bias, float eps, int64_t n,
                  float* y);

// y = x / sqrt(mean(x²) + eps)·weight (T5). y may be x.
void RmsNormRow(const float* x, const float* weight, float eps, int64_t n, float* y);

}  // namespace musicgen::kernels
