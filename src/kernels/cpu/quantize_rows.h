// Floats as eight-bit integers, on their way into a product.
#pragma once

#include <cstdint>

#include "tensor/quantized_group.h"

namespace musicgen::kernels {
namespace {

// The same group of several rows lies together: values [groups][rows][32], and of each group and
// row a scale and the sum of its values.
struct QuantizedRows {
  int8_t* values;
  float* scales;
  int32_t* sums;
  int64_t rows;

  static constexpr int64_t Groups(int64_t inputs) {
    return (inputs + kQuantGroup - 1) / kQuantGroup;
  }
  static constexpr int64_t BytesOfRow(int64_t inputs) {
    return Groups(inputs) * (kQuantGroup + int64_t{sizeof(float) + sizeof(int32_t)});
  }
};

template <class V>
struct VectorQuantizer {
  using F = typename V::F;
  using I = typename V::I;
  // Below it all is zero: the inverse of the scale would overflow.
  static constexpr float kSmallest = 0x1p-100f;
  static constexpr float kLargest = 0x1.fffffep+127f;

  // The nearest integers, ties to even, to x [n] · (127 / largest magnitude), their scale and their
  // sum. A number that is not finite makes the scale NaN.
  static void Run(const float* x, int64_t n, int8_t* values, float* scale, int32_t* sum) {
    const float largest = LargestMagnitude(x, n);
    *sum = 0;
    if (!IsUsual(largest)) {
      for (int64_t i = 0; i < n; ++i) values[i] = 0;
      *scale = UnusualScale(largest);
      return;
    }
    const F inverse = V::Set(127.0f / largest);
    I sums = V::SetI(0);
    int64_t i = 0;
    for (; i + 32 <= n; i += 32) {
      I rounded[32 / V::kLanes];
      for (int j = 0; j < 32 / V::kLanes; ++j) {
        rounded[j] = V::Round(V::Mul(V::Load(x + i + j * V::kLanes), inverse));
        sums = V::AddI(sums, rounded[j]);
      }
      V::StoreBytes32(values + i, rounded);
    }
    for (; i + V::kLanes <= n; i += V::kLanes) {
      const I rounded = V::Round(V::Mul(V::Load(x + i), inverse));
      V::StoreBytes(values + i, rounded);
      sums = V::AddI(sums, rounded);
    }
    if (i < n) {
      const I rounded = V::Round(V::Mul(V::LoadPart(x + i, n - i), inverse));
      int8_t last[V::kLanes];
      V::StoreBytes(last, rounded);
      for (int j = 0; i + j < n; ++j) values[i + j] = last[j];
      sums = V::AddI(sums, rounded);
    }
    *sum = V::Total(sums);
    *scale = largest * (1.0f / 127.0f);
  }

  // Compared as integers, which puts infinity and NaN above all numbers.
  static float LargestMagnitude(const float* x, int64_t n) {
    I largest = V::SetI(0);
    int64_t i = 0;
    for (; i + V::kLanes <= n; i += V::kLanes) {
      largest = V::MaxI(largest, V::Bits(V::Abs(V::Load(x + i))));
    }
    if (i < n) largest = V::MaxI(largest, V::Bits(V::Abs(V::LoadPart(x + i, n - i))));
    return __builtin_bit_cast(float, V::Largest(largest));
  }

  static bool IsUsual(float largest) { return largest >= kSmallest && largest <= kLargest; }
  static float UnusualScale(float largest) {
    return largest < kSmallest ? 0.0f : __builtin_nanf("");
  }
};

// Row `row` of x. Its last group has zeros behind where it is not full.
template <class V>
void QuantizeRow(const float* x, int64_t inputs, int64_t row, const QuantizedRows& out) {
  for (int64_t first = 0, at = row; first < inputs; first += kQuantGroup, at += out.rows) {
    int8_t* values = out.values + at * kQuantGroup;
    const int64_t n = inputs - first < kQuantGroup ? inputs - first : kQuantGroup;
    for (int64_t i = n; i < kQuantGroup; ++i) values[i] = 0;
    VectorQuantizer<V>::Run(x + first, n, values, out.scales + at, out.sums + at);
  }
}

// Row `row` of what the integers of row `rounded` leave of x.
template <class V>
void QuantizeSecondDigit(const float* x, int64_t inputs, int64_t rounded, int64_t row,
                         const QuantizedRows& out) {
  for (int64_t first = 0, group = 0; first < inputs; first += kQuantGroup, ++group) {
    const int64_t n = inputs - first < kQuantGroup ? inputs - first : kQuantGroup;
    const int64_t from = group * out.rows + rounded, at = group * out.rows + row;
    const int8_t* values = out.values + from * kQuantGroup;
    alignas(64) float rest[kQuantGroup] = {};
    for (int64_t i = 0; i < n; ++i) {
      rest[i] = __builtin_fmaf(-out.scales[from], static_cast<float>(values[i]), x[first + i]);
    }
    VectorQuantizer<V>::Run(rest, kQuantGroup, out.values + at * kQuantGroup, out.scales + at,
                            out.sums + at);
  }
}

}  // namespace
}  // namespace musicgen::kernels
