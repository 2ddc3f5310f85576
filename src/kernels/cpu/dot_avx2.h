// Products of small integers in AVX2. cpu/dot_scalar.h says what each is.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace musicgen::kernels {
namespace {

struct Avx2Dot {
  static constexpr int32_t kQ8Offset = 0;
  using I = __m256i;
  // The multiplication takes one factor unsigned and saturates pairs at 16 bits: |w| ≤ 127 times x
  // with w's sign stays below.
  struct Q8 {
    I magnitude, signs;
  };
  struct Q4 {
    I low, high;
  };
  using Q4Sum = I;  // in 16 bits: eight times 2 · 15 · 127 fit

  static Q8 LoadQ8(const int8_t* p) {
    const I w = Load(p);
    return {_mm256_abs_epi8(w), w};
  }
  static I AddQ8(I sum, Q8 w, I x) {
    const I pairs = _mm256_maddubs_epi16(w.magnitude, _mm256_sign_epi8(x, w.signs));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }

  static I Load(const void* p) { return _mm256_loadu_si256(static_cast<const I*>(p)); }
  static I AddTwoDigits(I sum, I w, I high, I low) {
    const I upper = _mm256_maddubs_epi16(high, w), lower = _mm256_maddubs_epi16(low, w);
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(upper, _mm256_set1_epi16(128)));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(lower, _mm256_set1_epi16(1)));
  }

  static Q4 LoadQ4(const uint8_t* p) {
    const I bytes = Load(p), mask = _mm256_set1_epi8(15);
    return {_mm256_and_si256(bytes, mask), _mm256_and_si256(_mm256_srli_epi16(bytes, 4), mask)};
  }
  static Q4Sum ZeroQ4() { return _mm256_setzero_si256(); }
  static Q4Sum AddQ4(Q4Sum sum, I w, I x) {
    return _mm256_add_epi16(sum, _mm256_maddubs_epi16(w, x));
  }
  static I TotalQ4(Q4Sum sum) { return _mm256_madd_epi16(sum, _mm256_set1_epi16(1)); }
};

}  // namespace
}  // namespace musicgen::kernels
