// Products of small integers with Armv8.2-A's dot product. cpu/dot_scalar.h says what each is.
#pragma once

#include <arm_neon.h>

#include <cstdint>

#include "kernels/cpu/dot_neon.h"

namespace musicgen::kernels {
namespace {

struct NeonDotprodDot {
  static constexpr int32_t kQ8Offset = 0;
  using I = NeonInts;
  using Q8 = NeonBytes;
  using Q4 = NeonQ4;
  using Q4Sum = I;

  static Q8 LoadQ8(const int8_t* p) { return NeonBytes::Load(p); }
  static I AddQ8(I sum, Q8 w, I x) {
    const NeonBytes input = NeonBytes::Of(x);
    return {vdotq_s32(sum.low, w.low, input.low), vdotq_s32(sum.high, w.high, input.high)};
  }

  static I Load(const int8_t* p) { return NeonDot::Load(p); }
  static I AddTwoDigits(I sum, I w, I high, I low) {
    const I upper = AddQ8(Neon::SetI(0), NeonBytes::Of(w), high);
    sum = {vmlaq_n_s32(sum.low, upper.low, 128), vmlaq_n_s32(sum.high, upper.high, 128)};
    return AddQ8(sum, NeonBytes::Of(w), low);
  }

  static Q4 LoadQ4(const uint8_t* p) { return NeonQ4::Load(p); }
  static Q4Sum ZeroQ4() { return Neon::SetI(0); }
  static Q4Sum AddQ4(Q4Sum sum, I w, I x) { return AddQ8(sum, NeonBytes::Of(w), x); }
  static I TotalQ4(Q4Sum sum) { return sum; }
};

}  // namespace
}  // namespace musicgen::kernels
