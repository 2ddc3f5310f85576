// The vector operations on eight floats (AVX2, FMA, F16C).
//
// A set of vector operations is a struct with
//   kLanes            floats in a vector: 1, 8 or 16
//   kRows             rows that one pass of the matrix product holds in registers
//   kDotRows          the same for products of integers
//   kDotSums          vectors of integer sums that fit into registers beside what they are made of
//   F, I, M           a vector of floats, of 32-bit integers, a mask
//   Load              from floats, or widened exactly from 16-bit floats
//   LoadPart          the first n lanes (0 to kLanes), zeros behind; touches no memory behind
//   StorePart         the first n lanes
//   KeepFirst         zeroes all but those
//   Fma, NegFma       a·b + c and c − a·b, rounded once
//   Max, Min          b when either is NaN, as the instructions have it
//   Less, Select      false for NaN
//   Bits … ShiftRight the bits as integers, wrapping; ShiftRight keeps the sign
//   Round, ToFloat    to integers, ties to even, and back; MaxI of integers
//   Largest, Total    of the integers in a vector, the latter wrapping
//   StoreBytes        integers in [−128, 127] as bytes; StoreBytes32 those of 32 / kLanes vectors
//   Transpose8x8      an 8×8 block turned
// All of it lies in anonymous namespaces: each instruction set's object file must keep its copies
// to itself, or the linker might give the whole program the one that this processor cannot run.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/cpu/stored_types.h"

namespace musicgen::kernels {
namespace {

struct Avx2 {
  static constexpr int kLanes = 8;
  static constexpr int kRows = 3;  // 3 rows × 4 vectors of sums, 3 inputs, 1 weight: 16 registers
  static constexpr int kDotRows = 4;
  static constexpr int kDotSums = 8;
  using F = __m256;
  using I = __m256i;
  using M = __m256;

  static F Zero() { return _mm256_setzero_ps(); }
  static F Set(float v) { return _mm256_set1_ps(v); }
  static F Load(const float* p) { return _mm256_loadu_ps(p); }
  static F Load(const F16* p) { return _mm256_cvtph_ps(Load16(p)); }
  static F Load(const BF16* p) {
    return FromBits(_mm256_slli_epi32(_mm256_cvtepu16_epi32(Load16(p)), 16));
  }
  static F LoadPart(const float* p, int64_t n) { return _mm256_maskload_ps(p, FirstLanes(n)); }
  static void Store(float* p, F v) { _mm256_storeu_ps(p, v); }
  static void StorePart(float* p, int64_t n, F v) {
    // AMD's processors take a dozen cycles for a store under a mask.
    if (n == kLanes) return Store(p, v);
    _mm256_maskstore_ps(p, FirstLanes(n), v);
  }
  static F KeepFirst(F v, int64_t n) { return _mm256_and_ps(v, FromBits(FirstLanes(n))); }

  static F Add(F a, F b) { return _mm256_add_ps(a, b); }
  static F Sub(F a, F b) { return _mm256_sub_ps(a, b); }
  static F Mul(F a, F b) { return _mm256_mul_ps(a, b); }
  static F Div(F a, F b) { return _mm256_div_ps(a, b); }
  static F Fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
  static F NegFma(F a, F b, F c) { return _mm256_fnmadd_ps(a, b, c); }
  static F Max(F a, F b) { return _mm256_max_ps(a, b); }
  static F Min(F a, F b) { return _mm256_min_ps(a, b); }

  static M Less(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
  static F Select(M m, F yes, F no) { return _mm256_blendv_ps(no, yes, m); }
  static F Abs(F v) { return _mm256_and_ps(v, FromBits(SetI(0x7fffffff))); }
  static F CopySign(F magnitude, F sign) {
    return _mm256_or_ps(Abs(magnitude), _mm256_andnot_ps(FromBits(SetI(0x7fffffff)), sign));
  }

  static I Bits(F v) { return _mm256_castps_si256(v); }
  static F FromBits(I v) { return _mm256_castsi256_ps(v); }
  static I SetI(int32_t v) { return _mm256_set1_epi32(v); }
  static I AddI(I a, I b) { return _mm256_add_epi32(a, b); }
  static I SubI(I a, I b) { return _mm256_sub_epi32(a, b); }
  static I MaxI(I a, I b) { return _mm256_max_epi32(a, b); }
  static I Round(F v) { return _mm256_cvtps_epi32(v); }
  static F ToFloat(I v) { return _mm256_cvtepi32_ps(v); }
  static void StoreBytes(int8_t* p, I v) {
    const __m128i words =
        _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packs_epi16(words, words));
  }
  static void StoreBytes32(int8_t* p, const I* v) {
    // Packing works in halves: fours of v[0], v[1], v[2], v[3], then the other fours.
    const I fours =
        _mm256_packs_epi16(_mm256_packs_epi32(v[0], v[1]), _mm256_packs_epi32(v[2], v[3]));
    const I order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    _mm256_storeu_si256(reinterpret_cast<I*>(p), _mm256_permutevar8x32_epi32(fours, order));
  }
  static int32_t Largest(I v) {
    const __m128i four = _mm_max_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    const __m128i two = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0x4e));
    return _mm_cvtsi128_si32(_mm_max_epi32(two, _mm_shuffle_epi32(two, 0xb1)));
  }
  static int32_t Total(I v) {
    const __m128i four = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    const __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xb1)));
  }
  template <int kBits>
  static I ShiftLeft(I v) {
    return _mm256_slli_epi32(v, kBits);
  }
  template <int kBits>
  static I ShiftRight(I v) {
    return _mm256_srai_epi32(v, kBits);
  }

  static void Transpose8x8(const float* const* x, float* out, int64_t out_stride) {
    // Pairs of rows, then fours, then halves.
    F pairs[8], fours[8];
    for (int i = 0; i < 8; i += 2) {
      const F a = Load(x[i]), b = Load(x[i + 1]);
      pairs[i] = _mm256_unpacklo_ps(a, b);
      pairs[i + 1] = _mm256_unpackhi_ps(a, b);
    }
    for (int i = 0; i < 8; i += 4) {
      fours[i] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
      fours[i + 1] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
      fours[i + 2] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
      fours[i + 3] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
    }
    for (int i = 0; i < 4; ++i) {
      Store(out + i * out_stride, _mm256_permute2f128_ps(fours[i], fours[i + 4], 0x20));
      Store(out + (i + 4) * out_stride, _mm256_permute2f128_ps(fours[i], fours[i + 4], 0x31));
    }
  }

 private:
  static __m128i Load16(const void* p) { return _mm_loadu_si128(static_cast<const __m128i*>(p)); }
  static I FirstLanes(int64_t n) {
    return _mm256_cmpgt_epi32(SetI(static_cast<int32_t>(n)),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
};

}  // namespace
}  // namespace musicgen::kernels
