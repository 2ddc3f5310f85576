// Products of small integers in AVX-512 BW, without and with VNNI. cpu/dot_scalar.h says what each
// is.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace musicgen::kernels {
namespace {

struct Avx512Q4 {
  __m512i low, high;

  static Avx512Q4 Load(const uint8_t* p) {
    const __m512i bytes = _mm512_loadu_si512(p), mask = _mm512_set1_epi8(15);
    return {_mm512_and_si512(bytes, mask), _mm512_and_si512(_mm512_srli_epi16(bytes, 4), mask)};
  }
};

struct Avx512Dot {
  static constexpr int32_t kQ8Offset = 0;
  using I = __m512i;
  struct Q8 {  // as in cpu/dot_avx2.h
    I magnitude;
    __mmask64 negative;
  };
  using Q4 = Avx512Q4;
  using Q4Sum = I;  // in 16 bits

  static Q8 LoadQ8(const int8_t* p) {
    const I w = _mm512_loadu_si512(p);
    return {_mm512_abs_epi8(w), _mm512_movepi8_mask(w)};
  }
  static I AddQ8(I sum, Q8 w, I x) {
    const I input = _mm512_mask_sub_epi8(x, w.negative, _mm512_setzero_si512(), x);
    const I pairs = _mm512_maddubs_epi16(w.magnitude, input);
    return _mm512_add_epi32(sum, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
  }

  static I Load(const int8_t* p) { return _mm512_loadu_si512(p); }
  static I AddTwoDigits(I sum, I w, I high, I low) {
    const I upper = _mm512_maddubs_epi16(high, w), lower = _mm512_maddubs_epi16(low, w);
    sum = _mm512_add_epi32(sum, _mm512_madd_epi16(upper, _mm512_set1_epi16(128)));
    return _mm512_add_epi32(sum, _mm512_madd_epi16(lower, _mm512_set1_epi16(1)));
  }

  static Q4 LoadQ4(const uint8_t* p) { return Q4::Load(p); }
  static Q4Sum ZeroQ4() { return _mm512_setzero_si512(); }
  static Q4Sum AddQ4(Q4Sum sum, I w, I x) {
    return _mm512_add_epi16(sum, _mm512_maddubs_epi16(w, x));
  }
  static I TotalQ4(Q4Sum sum) { return _mm512_madd_epi16(sum, _mm512_set1_epi16(1)); }
};

struct Avx512VnniDot {
  static constexpr int32_t kQ8Offset = 128;  // weights go in as unsigned bytes
  using I = __m512i;
  using Q8 = I;
  using Q4 = Avx512Q4;
  using Q4Sum = I;

  static Q8 LoadQ8(const int8_t* p) {
    return _mm512_xor_si512(_mm512_loadu_si512(p), _mm512_set1_epi8(-128));
  }
  static I AddQ8(I sum, Q8 w, I x) { return _mm512_dpbusd_epi32(sum, w, x); }

  static I Load(const int8_t* p) { return _mm512_loadu_si512(p); }
  static I AddTwoDigits(I sum, I w, I high, I low) {
    const I upper = _mm512_dpbusd_epi32(_mm512_setzero_si512(), high, w);
    return _mm512_add_epi32(_mm512_dpbusd_epi32(sum, low, w), _mm512_slli_epi32(upper, 7));
  }

  static Q4 LoadQ4(const uint8_t* p) { return Q4::Load(p); }
  static Q4Sum ZeroQ4() { return _mm512_setzero_si512(); }
  static Q4Sum AddQ4(Q4Sum sum, I w, I x) { return _mm512_dpbusd_epi32(sum, w, x); }
  static I TotalQ4(Q4Sum sum) { return sum; }
};

}  // namespace
}  // namespace musicgen::kernels
