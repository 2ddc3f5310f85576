// The vector operations on one float: the reference that always builds. cpu/simd_avx2.h says what
// a set of vector operations is.
#pragma once

#include <cstdint>

#include "kernels/cpu/stored_types.h"

namespace musicgen::kernels {
namespace {

struct Scalar {
  static constexpr int kLanes = 1;
  static constexpr int kRows = 1;
  static constexpr int kDotRows = 1;
  static constexpr int kDotSums = 32;
  using F = float;
  using I = int32_t;
  using M = bool;

  static F Zero() { return 0.0f; }
  static F Set(float v) { return v; }
  static F Load(const float* p) { return *p; }
  static F Load(const F16* p) {
    const uint32_t sign = static_cast<uint32_t>(p->bits & 0x8000u) << 16;
    const uint32_t exponent = (p->bits >> 10) & 0x1f;
    const uint32_t mantissa = p->bits & 0x3ffu;
    if (exponent == 0) {  // zero and subnormals: mantissa · 2^-24, exact in float
      return CopySign(static_cast<float>(mantissa) * 0x1p-24f, FromBits(static_cast<I>(sign)));
    }
    const uint32_t wide = exponent == 31 ? 0xff : exponent + 112;
    return FromBits(static_cast<I>(sign | (wide << 23) | (mantissa << 13)));
  }
  static F Load(const BF16* p) {
    return FromBits(static_cast<I>(static_cast<uint32_t>(p->bits) << 16));
  }
  static F LoadPart(const float* p, int64_t n) { return n > 0 ? *p : 0.0f; }
  static void Store(float* p, F v) { *p = v; }
  static void StorePart(float* p, int64_t n, F v) {
    if (n > 0) *p = v;
  }
  static F KeepFirst(F v, int64_t n) { return n > 0 ? v : 0.0f; }

  static F Add(F a, F b) { return a + b; }
  static F Sub(F a, F b) { return a - b; }
  static F Mul(F a, F b) { return a * b; }
  static F Div(F a, F b) { return a / b; }
  static F Fma(F a, F b, F c) { return __builtin_fmaf(a, b, c); }
  static F NegFma(F a, F b, F c) { return __builtin_fmaf(-a, b, c); }
  static F Max(F a, F b) { return a > b ? a : b; }
  static F Min(F a, F b) { return a < b ? a : b; }

  static M Less(F a, F b) { return a < b; }
  static F Select(M m, F yes, F no) { return m ? yes : no; }
  static F Abs(F v) { return FromBits(Bits(v) & 0x7fffffff); }
  static F CopySign(F magnitude, F sign) {
    return FromBits((Bits(magnitude) & 0x7fffffff) | (Bits(sign) & ~0x7fffffff));
  }

  static I Bits(F v) { return __builtin_bit_cast(I, v); }
  static F FromBits(I v) { return __builtin_bit_cast(F, v); }
  static I SetI(int32_t v) { return v; }
  // Wrapping, as vectors do.
  static I AddI(I a, I b) {
    return static_cast<I>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
  }
  static I SubI(I a, I b) {
    return static_cast<I>(static_cast<uint32_t>(a) - static_cast<uint32_t>(b));
  }
  static I MaxI(I a, I b) { return a > b ? a : b; }
  static I Round(F v) { return static_cast<I>(__builtin_nearbyintf(v)); }
  static F ToFloat(I v) { return static_cast<F>(v); }
  static void StoreBytes(int8_t* p, I v) { *p = static_cast<int8_t>(v); }
  static void StoreBytes32(int8_t* p, const I* v) {
    for (int i = 0; i < 32; ++i) StoreBytes(p + i, v[i]);
  }
  static int32_t Largest(I v) { return v; }
  static int32_t Total(I v) { return v; }
  template <int kBits>
  static I ShiftLeft(I v) {
    return static_cast<I>(static_cast<uint32_t>(v) << kBits);
  }
  template <int kBits>
  static I ShiftRight(I v) {
    return v >> kBits;
  }

  // out[k][r] = x[r][k] for 8 rows and 8 inputs.
  static void Transpose8x8(const float* const* x, float* out, int64_t out_stride) {
    for (int k = 0; k < 8; ++k) {
      for (int r = 0; r < 8; ++r) out[k * out_stride + r] = x[r][k];
    }
  }
};

}  // namespace
}  // namespace musicgen::kernels
