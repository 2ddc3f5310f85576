// Arithmetic with one result on every device: what IEEE 754 says of single operations. The probe
// (gpu/probe.h) proves each variant on the device before anything leans on it. All is `precise`, or
// a driver may contract and reorder.

layout(constant_id = 0) const uint kRefinedDivision = 0;
layout(constant_id = 1) const uint kRefinedSqrt = 0;

#ifdef EXACT_FMA
// Without these, optimisers remove conversions between float and double in a row.
#extension GL_EXT_spirv_intrinsics : require
spirv_execution_mode(extensions = ["SPV_KHR_float_controls"], capabilities = [4466], 4461, 64);
spirv_execution_mode(extensions = ["SPV_KHR_float_controls"], capabilities = [4467], 4462, 64);

// x·y + z rounded once. The product is exact in double; the sum is rounded to odd there (Boldo and
// Melquiond: Emulation of FMA and Correctly Rounded Sums), so that the second rounding, to float, is
// as good as the only one.
float Fma(float x, float y, float z) {
  precise double product = double(x) * double(y);
  precise double addend = double(z);
  precise double sum = product + addend;
  precise double rest = sum - product;
  precise double error = (product - (sum - rest)) + (addend - rest);  // exact (Knuth's TwoSum)
  uvec2 bits = unpackDouble2x32(sum);
  if ((error > 0.0lf || error < 0.0lf) && (bits.x & 1u) == 0u) {
    if ((error > 0.0lf) == (sum > 0.0lf)) {
      bits.x |= 1u;
    } else {
      bits.y -= bits.x == 0u ? 1u : 0u;
      bits.x -= 1u;
    }
  }
  precise float result = float(packDouble2x32(bits));
  return result;
}
#else
float Fma(float x, float y, float z) {
  precise float result = fma(x, y, z);
  return result;
}
#endif

bool IsFinite(float x) { return (floatBitsToUint(x) & 0x7f800000u) != 0x7f800000u; }

// x / y rounded to nearest. Where the device's own division is allowed to be off, its reciprocal and
// then its quotient take one step each by the remainder, which fused multiply-adds give exactly
// (Markstein: IA-64 and Elementary Functions). Operands and quotient must be normal numbers; of a
// large y the reciprocal would not be one, so a power of two goes out and in again.
float Divide(float x, float y) {
  if (kRefinedDivision == 0) {
    precise float plain = x / y;
    return plain;
  }
  precise float scale = abs(y) > 7.9228163e28 && IsFinite(y) ? 5.4210109e-20 : 1.0;  // 2^96, 2^-64
  precise float divisor = y * scale;
  precise float quotient = x / divisor;
  if (IsFinite(quotient)) {
    precise float reciprocal = 1.0 / divisor;
    reciprocal = Fma(Fma(-divisor, reciprocal, 1.0), reciprocal, reciprocal);
    precise float remainder = Fma(-divisor, quotient, x);
    quotient = Fma(remainder, reciprocal, quotient);
    remainder = Fma(-divisor, quotient, x);
    quotient = Fma(remainder, reciprocal, quotient);
  }
  precise float result = quotient * scale;
  return result;
}

// The square root rounded to nearest, of a normal number.
float Sqrt(float x) {
  precise float root = sqrt(x);
  if (kRefinedSqrt == 0 || !IsFinite(root) || root == 0.0) return root;
  precise float half_reciprocal = Divide(0.5, root);
  root = Fma(Fma(-root, root, x), half_reciprocal, root);
  root = Fma(Fma(-root, root, x), half_reciprocal, root);
  return root;
}
