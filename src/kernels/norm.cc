#include "kernels/norm.h"

#include <cmath>

namespace musicgen::kernels {
namespace {

float Tree(float* lanes) {
  for (int64_t half = kReduceLanes / 2; half > 0; half /= 2) {
    for (int64_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

}  // namespace

void LayerNormRow(const float* x, const float* weight, const float* bias, float eps, int64_t n,
                  float* y) {
  float lanes[kReduceLanes] = {};
  for (int64_t i = 0; i < n; ++i) lanes[i % kReduceLanes] += x[i];
  const float mean = Tree(lanes) / static_cast<float>(n);
  for (float& lane : lanes) lane = 0;
  for (int64_t i = 0; i < n; ++i) {
    const float d = x[i] - mean;
    lanes[i % kReduceLanes] = std::fma(d, d, lanes[i % kReduceLanes]);
  }
  const float scale = 1.0f / std::sqrt(Tree(lanes) / static_cast<float>(n) + eps);
  for (int64_t i = 0; i < n; ++i) y[i] = std::fma((x[i] - mean) * scale, weight[i], bias[i]);
}

void RmsNormRow(const float* x, const float* weight, float eps, int64_t n, float* y) {
  float lanes[kReduceLanes] = {};
  for (int64_t i = 0; i < n; ++i) {
    lanes[i % kReduceLanes] = std::fma(x[i], x[i], lanes[i % kReduceLanes]);
  }
  const float scale = 1.0f / std::sqrt(Tree(lanes) / static_cast<float>(n) + eps);
  for (int64_t i = 0; i < n; ++i) y[i] = x[i] * scale * weight[i];
}

}  // namespace musicgen::kernels
