// The vector operations on eight floats in two registers (Armv8-A). cpu/simd_avx2.h says what each
// is. One register would do as well, but the loops' constants are made for eight lanes or more:
// the chains of a tile then stay in registers.
#pragma once

#include <arm_neon.h>

#include <cstdint>

#include "kernels/cpu/stored_types.h"

namespace musicgen::kernels {
namespace {

struct NeonFloats {
  float32x4_t low, high;
};
struct NeonInts {
  int32x4_t low, high;
};
struct NeonMask {
  uint32x4_t low, high;
};

struct Neon {
  static constexpr int kLanes = 8;
  static constexpr int kRows = 3;  // 24 registers of sums, 3 of inputs, 2 of weights: of 32
  // Sums of products in 16 bits take four registers for eight outputs.
  static constexpr int kDotRows = 2;
  static constexpr int kDotSums = 4;
  using F = NeonFloats;
  using I = NeonInts;
  using M = NeonMask;

  static F Zero() { return Set(0.0f); }
  static F Set(float v) { return {vdupq_n_f32(v), vdupq_n_f32(v)}; }
  static F Load(const float* p) { return {vld1q_f32(p), vld1q_f32(p + 4)}; }
  static F Load(const F16* p) {
    const uint16x8_t bits = vld1q_u16(&p->bits);
    return {vcvt_f32_f16(vreinterpret_f16_u16(vget_low_u16(bits))),
            vcvt_f32_f16(vreinterpret_f16_u16(vget_high_u16(bits)))};
  }
  static F Load(const BF16* p) {
    const uint16x8_t bits = vld1q_u16(&p->bits);
    return {
        vreinterpretq_f32_u32(vshlq_n_u32(vmovl_u16(vget_low_u16(bits)), 16)),
        vreinterpretq_f32_u32(vshlq_n_u32(vmovl_high_u16(bits), 16)),
    };
  }
  static F LoadPart(const float* p, int64_t n) { return n == kLanes ? Load(p) : LoadFirst(p, n); }
  static void Store(float* p, F v) {
    vst1q_f32(p, v.low);
    vst1q_f32(p + 4, v.high);
  }
  static void StorePart(float* p, int64_t n, F v) {
    return n == kLanes ? Store(p, v) : StoreFirst(p, n, v);
  }
  static F KeepFirst(F v, int64_t n) {
    const int32x4_t count = vdupq_n_s32(static_cast<int32_t>(n));
    const int32x4_t low = {0, 1, 2, 3}, high = {4, 5, 6, 7};
    return Select({vcgtq_s32(count, low), vcgtq_s32(count, high)}, v, Zero());
  }

  static F Add(F a, F b) { return {vaddq_f32(a.low, b.low), vaddq_f32(a.high, b.high)}; }
  static F Sub(F a, F b) { return {vsubq_f32(a.low, b.low), vsubq_f32(a.high, b.high)}; }
  static F Mul(F a, F b) { return {vmulq_f32(a.low, b.low), vmulq_f32(a.high, b.high)}; }
  static F Div(F a, F b) { return {vdivq_f32(a.low, b.low), vdivq_f32(a.high, b.high)}; }
  static F Fma(F a, F b, F c) {
    return {vfmaq_f32(c.low, a.low, b.low), vfmaq_f32(c.high, a.high, b.high)};
  }
  static F NegFma(F a, F b, F c) {
    return {vfmsq_f32(c.low, a.low, b.low), vfmsq_f32(c.high, a.high, b.high)};
  }
  // The instructions of these names have other ideas of NaN.
  static F Max(F a, F b) { return Select(Less(b, a), a, b); }
  static F Min(F a, F b) { return Select(Less(a, b), a, b); }

  static M Less(F a, F b) { return {vcltq_f32(a.low, b.low), vcltq_f32(a.high, b.high)}; }
  static F Select(M m, F yes, F no) {
    return {vbslq_f32(m.low, yes.low, no.low), vbslq_f32(m.high, yes.high, no.high)};
  }
  static F Abs(F v) { return {vabsq_f32(v.low), vabsq_f32(v.high)}; }
  static F CopySign(F magnitude, F sign) {
    const uint32x4_t bit = vdupq_n_u32(0x80000000u);
    return Select({bit, bit}, sign, magnitude);
  }

  static I Bits(F v) { return {vreinterpretq_s32_f32(v.low), vreinterpretq_s32_f32(v.high)}; }
  static F FromBits(I v) { return {vreinterpretq_f32_s32(v.low), vreinterpretq_f32_s32(v.high)}; }
  static I SetI(int32_t v) { return {vdupq_n_s32(v), vdupq_n_s32(v)}; }
  static I AddI(I a, I b) { return {vaddq_s32(a.low, b.low), vaddq_s32(a.high, b.high)}; }
  static I SubI(I a, I b) { return {vsubq_s32(a.low, b.low), vsubq_s32(a.high, b.high)}; }
  static I MaxI(I a, I b) { return {vmaxq_s32(a.low, b.low), vmaxq_s32(a.high, b.high)}; }
  static I Round(F v) { return {vcvtnq_s32_f32(v.low), vcvtnq_s32_f32(v.high)}; }
  static F ToFloat(I v) { return {vcvtq_f32_s32(v.low), vcvtq_f32_s32(v.high)}; }
  static void StoreBytes(int8_t* p, I v) {
    vst1_s8(p, vmovn_s16(vmovn_high_s32(vmovn_s32(v.low), v.high)));
  }
  static void StoreBytes32(int8_t* p, const I* v) {
    for (int i = 0; i < 4; ++i) StoreBytes(p + i * kLanes, v[i]);
  }
  static int32_t Largest(I v) { return vmaxvq_s32(vmaxq_s32(v.low, v.high)); }
  static int32_t Total(I v) { return vaddvq_s32(vaddq_s32(v.low, v.high)); }
  template <int kBits>
  static I ShiftLeft(I v) {
    return {vshlq_n_s32(v.low, kBits), vshlq_n_s32(v.high, kBits)};
  }
  template <int kBits>
  static I ShiftRight(I v) {
    return {vshrq_n_s32(v.low, kBits), vshrq_n_s32(v.high, kBits)};
  }

  static void Transpose8x8(const float* const* x, float* out, int64_t out_stride) {
    for (int k = 0; k < 8; k += 4) {
      for (int r = 0; r < 8; r += 4) Transpose4x4(x + r, k, out + k * out_stride + r, out_stride);
    }
  }

 private:
  // Calls, as a loop within another would keep that from unfolding and its vectors in memory.
  [[gnu::noinline]] static F LoadFirst(const float* p, int64_t n) {
    float lanes[kLanes] = {};
    for (int64_t i = 0; i < n; ++i) lanes[i] = p[i];
    return Load(lanes);
  }
  [[gnu::noinline]] static void StoreFirst(float* p, int64_t n, F v) {
    float lanes[kLanes];
    Store(lanes, v);
    for (int64_t i = 0; i < n; ++i) p[i] = lanes[i];
  }
  // out[i][r] = x[r][k + i].
  static void Transpose4x4(const float* const* x, int k, float* out, int64_t out_stride) {
    const float32x4_t a = vld1q_f32(x[0] + k), b = vld1q_f32(x[1] + k);
    const float32x4_t c = vld1q_f32(x[2] + k), d = vld1q_f32(x[3] + k);
    const auto even_ab = Pairs(vtrn1q_f32(a, b)), odd_ab = Pairs(vtrn2q_f32(a, b));
    const auto even_cd = Pairs(vtrn1q_f32(c, d)), odd_cd = Pairs(vtrn2q_f32(c, d));
    vst1q_f32(out, vreinterpretq_f32_f64(vtrn1q_f64(even_ab, even_cd)));
    vst1q_f32(out + out_stride, vreinterpretq_f32_f64(vtrn1q_f64(odd_ab, odd_cd)));
    vst1q_f32(out + 2 * out_stride, vreinterpretq_f32_f64(vtrn2q_f64(even_ab, even_cd)));
    vst1q_f32(out + 3 * out_stride, vreinterpretq_f32_f64(vtrn2q_f64(odd_ab, odd_cd)));
  }
  static float64x2_t Pairs(float32x4_t v) { return vreinterpretq_f64_f32(v); }
};

// Beside the dot product instruction, whose sums take two registers for eight outputs.
struct NeonDotprod : Neon {
  static constexpr int kDotRows = 4;
  static constexpr int kDotSums = 8;
};

}  // namespace
}  // namespace musicgen::kernels
