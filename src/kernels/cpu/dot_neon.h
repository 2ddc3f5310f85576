// Products of small integers in Armv8-A. cpu/dot_scalar.h says what each is.
#pragma once

#include <arm_neon.h>

#include <cstdint>

#include "kernels/cpu/simd_neon.h"

namespace musicgen::kernels {
namespace {

struct NeonBytes {
  int8x16_t low, high;  // of outputs 0 to 3 and 4 to 7

  static NeonBytes Load(const int8_t* p) { return {vld1q_s8(p), vld1q_s8(p + 16)}; }
  static NeonBytes Of(NeonInts v) {
    return {vreinterpretq_s8_s32(v.low), vreinterpretq_s8_s32(v.high)};
  }
};

struct NeonQ4 {
  NeonInts low, high;

  static NeonQ4 Load(const uint8_t* p) {
    const uint8x16_t a = vld1q_u8(p), b = vld1q_u8(p + 16), mask = vdupq_n_u8(15);
    return {{vreinterpretq_s32_u8(vandq_u8(a, mask)), vreinterpretq_s32_u8(vandq_u8(b, mask))},
            {vreinterpretq_s32_u8(vshrq_n_u8(a, 4)), vreinterpretq_s32_u8(vshrq_n_u8(b, 4))}};
  }
};

struct NeonDot {
  static constexpr int32_t kQ8Offset = 0;
  using I = NeonInts;
  using Q8 = NeonBytes;
  using Q4 = NeonQ4;
  // Each product's place of four outputs in two registers of 16 bits: eight times 15 · 127 fit, and
  // so does a pair of such sums.
  struct Q4Sum {
    int16x8_t places[4];
  };

  static Q8 LoadQ8(const int8_t* p) { return NeonBytes::Load(p); }
  static I AddQ8(I sum, Q8 w, I x) {
    const NeonBytes input = NeonBytes::Of(x);
    return {AddFour(sum.low, w.low, input.low), AddFour(sum.high, w.high, input.high)};
  }

  static I Load(const int8_t* p) {
    const NeonBytes bytes = NeonBytes::Load(p);
    return {vreinterpretq_s32_s8(bytes.low), vreinterpretq_s32_s8(bytes.high)};
  }
  static I AddTwoDigits(I sum, I w, I high, I low) {
    const I upper = AddQ8(Neon::SetI(0), NeonBytes::Of(w), high);
    sum = {vmlaq_n_s32(sum.low, upper.low, 128), vmlaq_n_s32(sum.high, upper.high, 128)};
    return AddQ8(sum, NeonBytes::Of(w), low);
  }

  static Q4 LoadQ4(const uint8_t* p) { return NeonQ4::Load(p); }
  static Q4Sum ZeroQ4() {
    const int16x8_t zero = vdupq_n_s16(0);
    return {{zero, zero, zero, zero}};
  }
  static Q4Sum AddQ4(Q4Sum sum, I w, I x) {
    const NeonBytes weight = NeonBytes::Of(w), input = NeonBytes::Of(x);
    return {{vmlal_s8(sum.places[0], vget_low_s8(weight.low), vget_low_s8(input.low)),
             vmlal_high_s8(sum.places[1], weight.low, input.low),
             vmlal_s8(sum.places[2], vget_low_s8(weight.high), vget_low_s8(input.high)),
             vmlal_high_s8(sum.places[3], weight.high, input.high)}};
  }
  static I TotalQ4(Q4Sum sum) {
    return {vpaddlq_s16(vpaddq_s16(sum.places[0], sum.places[1])),
            vpaddlq_s16(vpaddq_s16(sum.places[2], sum.places[3]))};
  }

 private:
  // Pairs fit into 16 bits: 2 · 128 · 127.
  static int32x4_t AddFour(int32x4_t sum, int8x16_t w, int8x16_t x) {
    const int16x8_t first = vmull_s8(vget_low_s8(w), vget_low_s8(x));
    return vpadalq_s16(sum, vpaddq_s16(first, vmull_high_s8(w, x)));
  }
};

}  // namespace
}  // namespace musicgen::kernels
