// The AVX-512 kernels from their own source, on AVX2 through SIMDe's emulation, so that they are
// tested bit for bit where the processor lacks AVX-512.
#include <immintrin.h>
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>

#include "kernels/cpu/kernel_table.h"

namespace musicgen::kernels {
namespace {

// What SIMDe 0.7.4 lacks.
__m512i Join(__m256i low, __m256i high) {
  return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}
__m512i WidenI8(__m128i v) {
  return Join(_mm256_cvtepi8_epi32(v), _mm256_cvtepi8_epi32(_mm_srli_si128(v, 8)));
}
__m512i WidenU16(__m256i v) {
  return Join(_mm256_cvtepu16_epi32(_mm256_castsi256_si128(v)),
              _mm256_cvtepu16_epi32(_mm256_extracti128_si256(v, 1)));
}
__m512 WidenF16(__m256i v) {
  return _mm512_castsi512_ps(
      Join(_mm256_castps_si256(_mm256_cvtph_ps(_mm256_castsi256_si128(v))),
           _mm256_castps_si256(_mm256_cvtph_ps(_mm256_extracti128_si256(v, 1)))));
}
template <int kBits>
__m512i ShiftRightSigned(__m512i v) {
  int32_t lanes[16];
  _mm512_storeu_si512(lanes, v);
  for (int32_t& lane : lanes) lane >>= kBits;
  return _mm512_loadu_si512(lanes);
}
__m512i RoundFloats(__m512 v) {
  float lanes[16];
  _mm512_storeu_ps(lanes, v);
  return Join(_mm256_cvtps_epi32(_mm256_loadu_ps(lanes)),
              _mm256_cvtps_epi32(_mm256_loadu_ps(lanes + 8)));
}
__m512 WidenInts(__m512i v) {
  float lanes[16];
  _mm256_storeu_ps(lanes, _mm256_cvtepi32_ps(_mm512_castsi512_si256(v)));
  _mm256_storeu_ps(lanes + 8, _mm256_cvtepi32_ps(_mm512_extracti64x4_epi64(v, 1)));
  return _mm512_loadu_ps(lanes);
}
__m512 LoadMasked(__mmask16 mask, const float* p) {
  float lanes[16];
  for (int i = 0; i < 16; ++i) lanes[i] = (mask >> i) & 1 ? p[i] : 0.0f;
  return _mm512_loadu_ps(lanes);
}
void StoreMasked(float* p, __mmask16 mask, __m512 v) {
  float lanes[16];
  _mm512_storeu_ps(lanes, v);
  for (int i = 0; i < 16; ++i) {
    if ((mask >> i) & 1) p[i] = lanes[i];
  }
}

}  // namespace
}  // namespace musicgen::kernels

#undef _mm512_madd_epi16  // wrong there
#define _mm512_madd_epi16(a, b) simde_mm512_madd_epi16(a, b)
#define _mm512_cvtepu16_epi32(v) WidenU16(v)
#define _mm512_cvtps_epi32(v) RoundFloats(v)
#define _mm512_cvtepi8_epi32(v) WidenI8(v)
#define _mm512_cvtepi32_ps(v) WidenInts(v)
#define _mm512_cvtph_ps(v) WidenF16(v)
#define _mm512_srai_epi32(v, bits) ShiftRightSigned<bits>(v)
#define _mm512_maskz_loadu_ps(mask, p) LoadMasked(mask, p)
#define _mm512_mask_storeu_ps(p, mask, v) StoreMasked(p, mask, v)

#include "kernels/cpu/dot_avx512.h"
#include "kernels/cpu/fill_table.h"
#include "kernels/cpu/simd_avx512.h"

namespace musicgen::kernels {

extern const KernelTable kEmulatedAvx512Kernels;
constinit const KernelTable kEmulatedAvx512Kernels = FillTable<Avx512, Avx512Dot>();

extern const KernelTable kEmulatedAvx512VnniKernels;
constinit const KernelTable kEmulatedAvx512VnniKernels = FillTable<Avx512, Avx512VnniDot>();

}  // namespace musicgen::kernels
