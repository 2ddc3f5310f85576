#include "tensor/quantized_group.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tensor/dtype.h"

namespace musicgen {
namespace {

constexpr int kGroup = static_cast<int>(kQuantGroup);
constexpr float kLargestF16 = 65504.0f;
constexpr uint16_t kNaN16 = 0x7e00;
// Far below what an f16 scale can tell from zero, far above where inverses overflow.
constexpr float kNothing = 1e-30f;

// Of the largest magnitude, with its sign; NaN when a number is not finite.
float Extreme(const float* x) {
  float extreme = 0.0f;
  for (int i = 0; i < kGroup; ++i) {
    if (!std::isfinite(x[i])) return std::numeric_limits<float>::quiet_NaN();
    if (std::abs(x[i]) > std::abs(extreme)) extreme = x[i];
  }
  return extreme;
}

uint16_t ScaleBits(float scale) { return FloatToF16(std::clamp(scale, -kLargestF16, kLargestF16)); }

// q − 8 of each number for one scale.
void RoundToFourBits(const float* x, float inverse_scale, float* q) {
  for (int i = 0; i < kGroup; ++i) {
    // Truncation after a shift into the positive rounds to nearest.
    const float shifted = std::min(std::max(x[i] * inverse_scale + 8.5f, 0.0f), 15.0f);
    q[i] = static_cast<float>(static_cast<int32_t>(shifted) - 8);
  }
}

}  // namespace

void Quantize(const float* x, Q8Group* group) {
  const float extreme = Extreme(x);
  group->scale = std::isnan(extreme) ? kNaN16 : ScaleBits(std::abs(extreme) / 127.0f);
  const float scale = F16ToFloat(group->scale);
  const float inverse = scale > 0.0f ? 1.0f / scale : 0.0f;
  for (int i = 0; i < kGroup; ++i) {
    const float value = inverse == 0.0f ? 0.0f : std::nearbyint(x[i] * inverse);
    group->values[i] = static_cast<int8_t>(std::clamp(value, -127.0f, 127.0f));
  }
}

void Quantize(const float* x, Q4Group* group) {
  const float extreme = Extreme(x);
  float best_scale = std::isnan(extreme) ? extreme : 0.0f;
  if (std::abs(extreme) > kNothing) {
    float best_gain = -1.0f;
    for (int step = -9; step <= 9; ++step) {
      // −8 is there and 8 is not: the extreme takes the longer side.
      const float inverse = -(8.0f + 0.1f * static_cast<float>(step)) / extreme;
      float q[kGroup];
      RoundToFourBits(x, inverse, q);
      float product = 0.0f, square = 0.0f;
      for (int i = 0; i < kGroup; ++i) {
        product += x[i] * q[i];
        square += q[i] * q[i];
      }
      // With the scale product / square that fits these values best, the squared error is what x
      // has less this.
      const float gain = square > 0.0f ? product / square * product : 0.0f;
      if (gain > best_gain) {
        best_gain = gain;
        best_scale = product / square;
      }
    }
  }
  group->scale = std::isnan(best_scale) ? kNaN16 : ScaleBits(best_scale);
  const float scale = F16ToFloat(group->scale);
  float q[kGroup] = {};
  if (scale != 0.0f && !std::isnan(scale)) RoundToFourBits(x, 1.0f / scale, q);
  for (int j = 0; j < kGroup / 2; ++j) {
    const int low = static_cast<int>(q[j]) + 8, high = static_cast<int>(q[j + kGroup / 2]) + 8;
    group->values[j] = static_cast<uint8_t>(low | (high << 4));
  }
}

void Dequantize(const Q8Group& group, float* x) {
  const float scale = F16ToFloat(group.scale);
  for (int i = 0; i < kGroup; ++i) x[i] = scale * static_cast<float>(group.values[i]);
}

void Dequantize(const Q4Group& group, float* x) {
  const float scale = F16ToFloat(group.scale);
  for (int j = 0; j < kGroup / 2; ++j) {
    x[j] = scale * static_cast<float>((group.values[j] & 15) - 8);
    x[j + kGroup / 2] = scale * static_cast<float>((group.values[j] >> 4) - 8);
  }
}

}  // namespace musicgen
