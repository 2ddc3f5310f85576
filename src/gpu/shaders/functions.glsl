// exp, erf and GELU as kernels/cpu/functions.h has them, operation by operation. Constants that are
// given as bits are hexadecimal floats there.

const float kMagic = 12582912.0;  // 1.5·2^23: adding it rounds to an integer in the lowest bits

float PowerOfTwo(int n) { return intBitsToFloat((n + 127) << 23); }

float ExpOf(float x) {
  // The order of the operands lets NaN through.
  x = -104.0 > x ? -104.0 : x;
  x = 89.0 < x ? 89.0 : x;
  precise float shifted = Fma(x, uintBitsToFloat(0x3fb8aa3bu), kMagic);  // 1 / log 2
  precise float whole = shifted - kMagic;
  precise float r = Fma(-whole, uintBitsToFloat(0x3f317200u), x);  // log 2 in two parts
  r = Fma(-whole, 1.4286068e-06, r);
  precise float q = 0.00139504892;
  q = Fma(q, r, 0.0083688898);
  q = Fma(q, r, 0.041666206);
  q = Fma(q, r, 0.166665182);
  q = Fma(q, r, 0.5);
  precise float square = q * r;
  precise float expm1 = Fma(square, r, r);
  // 2^n in two factors, the second of which rounds to a subnormal or overflows.
  const int n = floatBitsToInt(shifted) - floatBitsToInt(kMagic);
  const int half_n = n >> 1;
  precise float p = (expm1 + 1.0) * PowerOfTwo(half_n);
  p = p * PowerOfTwo(n - half_n);
  return p;
}

float CopySign(float magnitude, float sign) {
  return uintBitsToFloat((floatBitsToUint(magnitude) & 0x7fffffffu) |
                         (floatBitsToUint(sign) & 0x80000000u));
}

float ErfOf(float x) {
  const float magnitude = uintBitsToFloat(floatBitsToUint(x) & 0x7fffffffu);
  const float a = 4.0 < magnitude ? 4.0 : magnitude;
  if (a < 1.0) {
    precise float square = a * a;
    precise float p = 7.8891193e-05;
    p = Fma(p, square, -0.000802084105);
    p = Fma(p, square, 0.00518953521);
    p = Fma(p, square, -0.0268544443);
    p = Fma(p, square, 0.112836003);
    p = Fma(p, square, -0.37612626);
    p = Fma(p, square, 0.128379166);
    return Fma(p, x, x);
  }
  precise float q = -2.16868502e-05;
  q = Fma(q, a, 0.000441336393);
  q = Fma(q, a, -0.00420456193);
  q = Fma(q, a, 0.0252082571);
  q = Fma(q, a, -0.108418576);
  q = Fma(q, a, -0.633219898);
  q = Fma(q, a, -1.12957847);
  q = Fma(q, a, 0.000188040241);
  precise float large = 1.0 - ExpOf(q);
  return CopySign(large, x);
}

float Gelu(float x) {
  precise float scaled = x * uintBitsToFloat(0x3f3504f3u);  // 1 / √2
  precise float half_x = 0.5 * x;
  precise float factor = 1.0 + ErfOf(scaled);
  precise float result = half_x * factor;
  return result;
}

// To the nearest f16, ties to even, with integers: drivers fold multiplications into conversions.
uint F16Bits(float x) {
  const uint bits = floatBitsToUint(x);
  const uint sign = (bits >> 16) & 0x8000u;
  const uint magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return sign | 0x7e00u;                   // NaN
  if (magnitude >= 0x477ff000u) return sign | 0x7c00u;                  // rounds to infinity
  if (magnitude < 0x33000001u) return sign;                             // to zero: at most 2^-25
  int exponent = int(magnitude >> 23) - 127;
  uint shift = 13u;
  uint mantissa = magnitude;
  uint base = 0u;
  if (exponent < -14) {  // subnormal
    shift = uint(-1 - exponent);
    mantissa = (magnitude & 0x7fffffu) | 0x800000u;
  } else {
    mantissa = magnitude - (112u << 23);
  }
  const uint rest = mantissa & ((1u << shift) - 1u);
  const uint middle = 1u << (shift - 1u);
  base = mantissa >> shift;
  base += rest > middle || (rest == middle && (base & 1u) == 1u) ? 1u : 0u;
  return sign | base;
}
