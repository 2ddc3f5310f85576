// Floats as integers of eight bits on their way into a product, as kernels/cpu/quantize_rows.h has
// them.

const uint kSmallest = 0x0d800000u;  // 2^-100: below it all is zero
const float kRounding = 12582912.0;  // 1.5·2^23: adding it rounds to an integer, ties to even

int Rounded(float x) {
  precise float shifted = x + kRounding;
  return floatBitsToInt(shifted) - floatBitsToInt(kRounding);
}

// Whether numbers of this largest magnitude, given as bits, have integers.
bool IsUsual(uint largest) { return largest >= kSmallest && largest < 0x7f800000u; }
// What `steps` to the largest makes of a number, and what a step is.
float StepsIn(uint largest, float steps) {
  return IsUsual(largest) ? Divide(steps, uintBitsToFloat(largest)) : 0.0;
}
float ScaleOf(uint largest, uint steps_inverse) {
  if (!IsUsual(largest)) return uintBitsToFloat(largest < kSmallest ? 0u : 0x7fc00000u);
  precise float scale = uintBitsToFloat(largest) * uintBitsToFloat(steps_inverse);
  return scale;
}
float StepsIn(uint largest) { return StepsIn(largest, 127.0); }
float ScaleOf(uint largest) { return ScaleOf(largest, 0x3c010204u); }  // 1 / 127

// Four of them, lowest first, as bytes.
uint Bytes(int a, int b, int c, int d) {
  return uint(a & 255) | uint(b & 255) << 8 | uint(c & 255) << 16 | uint(d & 255) << 24;
}
int Byte(uint word, int index) { return bitfieldExtract(int(word), 8 * index, 8); }

// The sum of the four products.
int Dot(uint a, uint b) {
  return Byte(a, 0) * Byte(b, 0) + Byte(a, 1) * Byte(b, 1) + Byte(a, 2) * Byte(b, 2) +
         Byte(a, 3) * Byte(b, 3);
}
