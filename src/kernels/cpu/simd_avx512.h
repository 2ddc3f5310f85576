// The vector operations on sixteen floats (AVX-512 F and DQ). cpu/simd_avx2.h says what each is.
#pragma once

#include "kernels/cpu/simd_avx2.h"

namespace musicgen::kernels {
namespace {

struct Avx512 {
  static constexpr int kLanes = 16;
  // 12 chains keep both units busy; more rows at once would meet in one set of the first cache
  // when x_stride is a power of two.
  static constexpr int kRows = 6;
  static constexpr int kDotRows = 8;
  static constexpr int kDotSums = 16;
  using F = __m512;
  using I = __m512i;
  using M = __mmask16;

  static F Zero() { return _mm512_setzero_ps(); }
  static F Set(float v) { return _mm512_set1_ps(v); }
  static F Load(const float* p) { return _mm512_loadu_ps(p); }
  static F Load(const F16* p) { return _mm512_cvtph_ps(Load16(p)); }
  static F Load(const BF16* p) {
    return FromBits(_mm512_slli_epi32(_mm512_cvtepu16_epi32(Load16(p)), 16));
  }
  static F LoadPart(const float* p, int64_t n) { return _mm512_maskz_loadu_ps(FirstLanes(n), p); }
  static void Store(float* p, F v) { _mm512_storeu_ps(p, v); }
  static void StorePart(float* p, int64_t n, F v) { _mm512_mask_storeu_ps(p, FirstLanes(n), v); }
  static F KeepFirst(F v, int64_t n) { return _mm512_maskz_mov_ps(FirstLanes(n), v); }

  static F Add(F a, F b) { return _mm512_add_ps(a, b); }
  static F Sub(F a, F b) { return _mm512_sub_ps(a, b); }
  static F Mul(F a, F b) { return _mm512_mul_ps(a, b); }
  static F Div(F a, F b) { return _mm512_div_ps(a, b); }
  static F Fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  static F NegFma(F a, F b, F c) { return _mm512_fnmadd_ps(a, b, c); }
  static F Max(F a, F b) { return _mm512_max_ps(a, b); }
  static F Min(F a, F b) { return _mm512_min_ps(a, b); }

  static M Less(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
  static F Select(M m, F yes, F no) { return _mm512_mask_blend_ps(m, no, yes); }
  static F Abs(F v) { return FromBits(_mm512_and_si512(Bits(v), SetI(0x7fffffff))); }
  static F CopySign(F magnitude, F sign) {
    return FromBits(
        _mm512_or_si512(Bits(Abs(magnitude)), _mm512_andnot_si512(SetI(0x7fffffff), Bits(sign))));
  }

  static I Bits(F v) { return _mm512_castps_si512(v); }
  static F FromBits(I v) { return _mm512_castsi512_ps(v); }
  static I SetI(int32_t v) { return _mm512_set1_epi32(v); }
  static I AddI(I a, I b) { return _mm512_add_epi32(a, b); }
  static I SubI(I a, I b) { return _mm512_sub_epi32(a, b); }
  static I MaxI(I a, I b) { return _mm512_max_epi32(a, b); }
  static I Round(F v) { return _mm512_cvtps_epi32(v); }
  static F ToFloat(I v) { return _mm512_cvtepi32_ps(v); }
  static void StoreBytes(int8_t* p, I v) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtsepi32_epi8(v));
  }
  static void StoreBytes32(int8_t* p, const I* v) {
    StoreBytes(p, v[0]);
    StoreBytes(p + kLanes, v[1]);
  }
  static int32_t Largest(I v) {
    return Avx2::Largest(Avx2::MaxI(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1)));
  }
  static int32_t Total(I v) {
    return Avx2::Total(Avx2::AddI(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1)));
  }
  template <int kBits>
  static I ShiftLeft(I v) {
    return _mm512_slli_epi32(v, kBits);
  }
  template <int kBits>
  static I ShiftRight(I v) {
    return _mm512_srai_epi32(v, kBits);
  }

  static void Transpose8x8(const float* const* x, float* out, int64_t out_stride) {
    Avx2::Transpose8x8(x, out, out_stride);
  }

 private:
  static __m256i Load16(const void* p) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(p));
  }
  static M FirstLanes(int64_t n) { return static_cast<M>((1u << n) - 1); }
};

}  // namespace
}  // namespace musicgen::kernels
