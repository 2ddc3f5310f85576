// kernels/elementwise.h for one set of vector operations.
#pragma once

#include <cstdint>

#include "kernels/cpu/functions.h"

namespace musicgen::kernels {
namespace {

template <class V>
struct ElementwiseLoops {
  using F = typename V::F;

  template <class Function>
  static void Map(const float* x, int64_t n, float* y, Function f) {
    int64_t i = 0;
    for (; i + V::kLanes <= n; i += V::kLanes) V::Store(y + i, f(V::Load(x + i)));
    if (i < n) V::StorePart(y + i, n - i, f(V::LoadPart(x + i, n - i)));
  }

  template <class Function>
  static void Map(const float* a, const float* b, int64_t n, float* y, Function f) {
    int64_t i = 0;
    for (; i + V::kLanes <= n; i += V::kLanes) V::Store(y + i, f(V::Load(a + i), V::Load(b + i)));
    if (i < n) {
      V::StorePart(y + i, n - i, f(V::LoadPart(a + i, n - i), V::LoadPart(b + i, n - i)));
    }
  }

  static void Exp(const float* x, int64_t n, float* y) {
    Map(x, n, y, [](F v) { return ExpOf<V>(v); });
  }
  static void Relu(const float* x, int64_t n, float* y) {
    Map(x, n, y, [](F v) { return V::Max(V::Zero(), v); });  // NaN stays NaN
  }
  static F GeluOf(F v) {
    const F erf = ErfOf<V>(V::Mul(v, V::Set(0x1.6a09e6p-1f)));  // 1/√2
    return V::Mul(V::Mul(V::Set(0.5f), v), V::Add(V::Set(1.0f), erf));
  }
  static void Gelu(const float* x, int64_t n, float* y) {
    Map(x, n, y, [](F v) { return GeluOf(v); });
  }
  static void GeluTanh(const float* x, int64_t n, float* y) {
    Map(x, n, y, [](F v) {
      const F cube = V::Mul(V::Mul(v, v), v);
      const F inner = V::Fma(V::Set(0.044715f), cube, v);
      const F tanh = TanhOf<V>(V::Mul(V::Set(0x1.988454p-1f), inner));  // √(2/π)
      return V::Mul(V::Mul(V::Set(0.5f), v), V::Add(V::Set(1.0f), tanh));
    });
  }
  static void Elu(const float* x, int64_t n, float* y) {
    Map(x, n, y, [](F v) { return V::Select(V::Less(V::Zero(), v), v, Expm1OfNegative<V>(v)); });
  }
  static void Add(const float* a, const float* b, int64_t n, float* y) {
    Map(a, b, n, y, [](F u, F v) { return V::Add(u, v); });
  }
  static void Multiply(const float* a, const float* b, int64_t n, float* y) {
    Map(a, b, n, y, [](F u, F v) { return V::Mul(u, v); });
  }

  static F GluOf(F a, F b) { return V::Mul(a, LogisticOf<V>(b)); }
  static void Glu(const float* a, const float* b, int64_t n, float* y) {
    Map(a, b, n, y, [](F u, F v) { return GluOf(u, v); });
  }
  static F LoadSome(const float* x, int64_t n) {
    return n == V::kLanes ? V::Load(x) : V::LoadPart(x, n);
  }
  static void ScaledGelu(const float* x, const float* scale, const float* shift, int64_t n,
                         float* y) {
    for (int64_t i = 0; i < n; i += V::kLanes) {
      const int64_t m = n - i < V::kLanes ? n - i : V::kLanes;
      const F v = V::Fma(LoadSome(x + i, m), LoadSome(scale + i, m), LoadSome(shift + i, m));
      V::StorePart(y + i, m, GeluOf(v));
    }
  }
  static void AddScaledGlu(const float* h, const float* scale, const float* shift,
                           const float* gains, int64_t n, float* x) {
    for (int64_t i = 0; i < n; i += V::kLanes) {
      const int64_t m = n - i < V::kLanes ? n - i : V::kLanes;
      const auto scaled = [&](int64_t at) {
        return V::Fma(LoadSome(h + at, m), LoadSome(scale + at, m), LoadSome(shift + at, m));
      };
      const F sum =
          V::Fma(LoadSome(gains + i, m), GluOf(scaled(i), scaled(n + i)), LoadSome(x + i, m));
      V::StorePart(x + i, m, sum);
    }
  }

  static void LstmCell(const float* gates_x, const float* gates_h, int64_t hidden, int64_t begin,
                       int64_t end, float* c, float* h) {
    for (int64_t unit = begin; unit < end; unit += V::kLanes) {
      const int64_t n = end - unit < V::kLanes ? end - unit : V::kLanes;
      const auto gate = [&](int64_t index) {
        return V::Add(V::LoadPart(gates_x + index * hidden + unit, n),
                      V::LoadPart(gates_h + index * hidden + unit, n));
      };
      const F input = LogisticOf<V>(gate(0));
      const F forget = LogisticOf<V>(gate(1));
      const F candidate = TanhOf<V>(gate(2));
      const F output = LogisticOf<V>(gate(3));
      const F cell = V::Fma(forget, V::LoadPart(c + unit, n), V::Mul(input, candidate));
      V::StorePart(c + unit, n, cell);
      V::StorePart(h + unit, n, V::Mul(output, TanhOf<V>(cell)));
    }
  }
};

}  // namespace
}  // namespace musicgen::kernels
