// Elements of sixteen bits, widened exactly.

const uint kF32 = 0, kF16 = 1, kBF16 = 2;  // kernels/weight_format.h

// With integers: drivers may flush what is subnormal in f16.
float F16Of(uint bits) {
  const uint sign = (bits & 0x8000u) << 16, exponent = (bits >> 10) & 31u, rest = bits & 0x3ffu;
  if (exponent == 0u) {
    precise float small = float(rest) * 5.9604645e-08;  // 2^-24
    return uintBitsToFloat(floatBitsToUint(small) | sign);
  }
  const uint wide = exponent == 31u ? 255u : exponent + 112u;
  return uintBitsToFloat(sign | wide << 23 | rest << 13);
}

float BF16Of(uint bits) { return uintBitsToFloat(bits << 16); }

// To the nearest bf16, ties to even; a NaN stays one.
uint BF16Bits(float x) {
  const uint bits = floatBitsToUint(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return (bits >> 16) | 0x40u;
  return (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
}

// Element `at` of an array in a format, of which `word` is the word that holds it.
float Element(uint format, uint word, uint at) {
  if (format == kF32) return uintBitsToFloat(word);
  const uint bits = (at & 1u) == 0u ? word & 0xffffu : word >> 16;
  return format == kF16 ? F16Of(bits) : BF16Of(bits);
}
uint WordOf(uint format, uint at) { return format == kF32 ? at : at >> 1; }
