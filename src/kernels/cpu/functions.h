// exp, expm1, erf, tanh and the logistic function of a vector, from exact operations in one order.
// The coefficients are fit_polynomials.py's.
#pragma once

#include <cstdint>

namespace musicgen::kernels {
namespace {

// c[0] + c[1]·x + … by Horner's rule.
template <class V, int kCount>
inline typename V::F Polynomial(typename V::F x, const float (&c)[kCount]) {
  typename V::F p = V::Set(c[kCount - 1]);
  for (int i = kCount - 2; i >= 0; --i) p = V::Fma(p, x, V::Set(c[i]));
  return p;
}

// x = n·log 2 + r with |r| ≤ log(2)/2: n as an integer, exp(r) − 1.
template <class V>
struct ReducedExp {
  typename V::I n;
  typename V::F expm1;
};

template <class V>
inline ReducedExp<V> ReduceExp(typename V::F x) {
  static constexpr float kQ[] = {0.5f, 0.166665182f, 0.041666206f, 0.0083688898f, 0.00139504892f};
  const auto magic = V::Set(0x1.8p23f);  // adding it rounds to an integer in the lowest bits
  const auto shifted = V::Fma(x, V::Set(0x1.715476p+0f), magic);
  const auto n = V::Sub(shifted, magic);
  auto r = V::NegFma(n, V::Set(0x1.62e4p-1f), x);
  r = V::NegFma(n, V::Set(1.4286068e-06f), r);
  const auto q = Polynomial<V>(r, kQ);
  return {V::SubI(V::Bits(shifted), V::Bits(magic)), V::Fma(V::Mul(q, r), r, r)};
}

// 2^n for −126 ≤ n ≤ 127.
template <class V>
inline typename V::F PowerOfTwo(typename V::I n) {
  return V::FromBits(V::template ShiftLeft<23>(V::AddI(n, V::SetI(127))));
}

template <class V>
inline typename V::F ExpOf(typename V::F x) {
  // Beyond these the result is 0 or infinity. The order of the operands lets NaN through.
  x = V::Min(V::Set(89.0f), V::Max(V::Set(-104.0f), x));
  const ReducedExp<V> e = ReduceExp<V>(x);
  // 2^n in two factors, the second of which rounds to a subnormal or overflows.
  const auto half = V::template ShiftRight<1>(e.n);
  const auto p = V::Mul(V::Add(e.expm1, V::Set(1.0f)), PowerOfTwo<V>(half));
  return V::Mul(p, PowerOfTwo<V>(V::SubI(e.n, half)));
}

// exp(x) for x ≤ 0, but never below exp(−87), which is next to nothing beside 1.
template <class V>
inline typename V::F ExpOfNegative(typename V::F x) {
  x = V::Max(V::Set(-87.0f), x);
  const ReducedExp<V> e = ReduceExp<V>(x);
  return V::Mul(V::Add(e.expm1, V::Set(1.0f)), PowerOfTwo<V>(e.n));
}

// exp(x) − 1 for x ≤ 0, without cancellation near 0.
template <class V>
inline typename V::F Expm1OfNegative(typename V::F x) {
  x = V::Max(V::Set(-40.0f), x);
  const ReducedExp<V> e = ReduceExp<V>(x);
  const auto scale = PowerOfTwo<V>(e.n);
  return V::Fma(scale, e.expm1, V::Sub(scale, V::Set(1.0f)));
}

template <class V>
inline typename V::F LogisticOf(typename V::F x) {
  const auto one = V::Set(1.0f);
  return V::Div(one, V::Add(one, ExpOf<V>(V::Sub(V::Zero(), x))));
}

template <class V>
inline typename V::F TanhOf(typename V::F x) {
  static constexpr float kP[] = {-0.333332837f, 0.133314908f, -0.0537434965f, 0.0206505787f,
                                 -0.00571703678f};
  const auto a = V::Abs(x);
  const auto square = V::Mul(x, x);
  const auto small = V::Fma(V::Mul(Polynomial<V>(square, kP), square), x, x);
  const auto one = V::Set(1.0f);
  const auto e = ExpOf<V>(V::Add(a, a));
  const auto large = V::Sub(one, V::Div(V::Set(2.0f), V::Add(e, one)));
  return V::Select(V::Less(a, V::Set(0.625f)), small, V::CopySign(large, x));
}

template <class V>
inline typename V::F ErfOf(typename V::F x) {
  // |x| < 1: x + x·P(x²).
  static constexpr float kP[] = {0.128379166f,   -0.37612626f,     0.112836003f,  -0.0268544443f,
                                 0.00518953521f, -0.000802084105f, 7.8891193e-05f};
  // 1 ≤ |x| ≤ 4: 1 − exp(Q(|x|)); beyond 4 it is 1 in float.
  static constexpr float kQ[] = {0.000188040241f, -1.12957847f,    -0.633219898f,
                                 -0.108418576f,   0.0252082571f,   -0.00420456193f,
                                 0.000441336393f, -2.16868502e-05f};
  const auto a = V::Min(V::Set(4.0f), V::Abs(x));
  const auto small = V::Fma(Polynomial<V>(V::Mul(a, a), kP), x, x);
  const auto large = V::Sub(V::Set(1.0f), ExpOf<V>(Polynomial<V>(a, kQ)));
  return V::Select(V::Less(a, V::Set(1.0f)), small, V::CopySign(large, x));
}

}  // namespace
}  // namespace musicgen::kernels
