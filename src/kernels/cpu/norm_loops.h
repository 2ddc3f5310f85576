// kernels/norm.h for one set of vector operations.
#pragma once

#include <cstdint>

#include "kernels/norm.h"

namespace musicgen::kernels {
namespace {

// 16 partial sums in vectors, and their tree.
template <class V>
class LaneSums {
 public:
  static constexpr int kVectors = static_cast<int>(kReduceLanes) / V::kLanes;

  LaneSums() {
    for (int j = 0; j < kVectors; ++j) sums_[j] = V::Zero();
  }
  // Adds elements [i, i + n), i a multiple of 16, n at most 16: value(at, m) gives m of them,
  // zeros behind. combine(sum, v) adds one vector.
  template <class Value, class Combine>
  void Accumulate(int64_t i, int64_t n, Value value, Combine combine) {
    for (int j = 0; j < kVectors; ++j) {
      const int64_t at = j * V::kLanes;
      const int64_t left = n - at < 0 ? 0 : n - at;
      sums_[j] = combine(sums_[j], value(i + at, left < V::kLanes ? left : V::kLanes));
    }
  }
  float Total() const {
    float lanes[kReduceLanes];
    for (int j = 0; j < kVectors; ++j) V::Store(lanes + j * V::kLanes, sums_[j]);
    for (int half = kReduceLanes / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
    }
    return lanes[0];
  }

 private:
  typename V::F sums_[kVectors];
};

template <class V>
struct NormLoops {
  using F = typename V::F;

  template <class Value, class Combine>
  static float Reduce(int64_t n, Value value, Combine combine) {
    LaneSums<V> sums;
    int64_t i = 0;
    for (; i + kReduceLanes <= n; i += kReduceLanes) {
      sums.Accumulate(
          i, kReduceLanes, [&](int64_t at, int64_t) { return value(at, V::kLanes); }, combine);
    }
    if (i < n) sums.Accumulate(i, n - i, value, combine);
    return sums.Total();
  }

  static F LoadSome(const float* x, int64_t n) {
    return n == V::kLanes ? V::Load(x) : V::LoadPart(x, n);
  }

  static void LayerNorm(const float* x, const float* weight, const float* bias, float eps,
                        int64_t n, float* y) {
    const auto plain = [](F sum, F v) { return V::Add(sum, v); };
    const auto squared = [](F sum, F v) { return V::Fma(v, v, sum); };
    const float count = static_cast<float>(n);
    const float sum = Reduce(
        n, [&](int64_t at, int64_t m) { return LoadSome(x + at, m); }, plain);
    const F mean = V::Set(sum / count);
    const float squares = Reduce(
        n,
        [&](int64_t at, int64_t m) { return V::KeepFirst(V::Sub(LoadSome(x + at, m), mean), m); },
        squared);
    const F scale = V::Set(1.0f / __builtin_sqrtf(squares / count + eps));
    for (int64_t i = 0; i < n; i += V::kLanes) {
      const int64_t m = n - i < V::kLanes ? n - i : V::kLanes;
      const F normed = V::Mul(V::Sub(LoadSome(x + i, m), mean), scale);
      V::StorePart(y + i, m, V::Fma(normed, LoadSome(weight + i, m), LoadSome(bias + i, m)));
    }
  }

  static void RmsNorm(const float* x, const float* weight, float eps, int64_t n, float* y) {
    const float squares = Reduce(
        n, [&](int64_t at, int64_t m) { return LoadSome(x + at, m); },
        [](F sum, F v) { return V::Fma(v, v, sum); });
    const F scale = V::Set(1.0f / __builtin_sqrtf(squares / static_cast<float>(n) + eps));
    for (int64_t i = 0; i < n; i += V::kLanes) {
      const int64_t m = n - i < V::kLanes ? n - i : V::kLanes;
      V::StorePart(y + i, m, V::Mul(V::Mul(LoadSome(x + i, m), scale), LoadSome(weight + i, m)));
    }
  }
};

}  // namespace
}  // namespace musicgen::kernels
