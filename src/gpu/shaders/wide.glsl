// Whole numbers of 64 bits, lower word first: not every device has them.

uvec2 Sum(uvec2 a, uvec2 b) {
  uint carry;
  const uint low = uaddCarry(a.x, b.x, carry);
  return uvec2(low, a.y + b.y + carry);
}

bool Less(uvec2 a, uvec2 b) { return a.y < b.y || (a.y == b.y && a.x < b.x); }

uvec2 Times(uvec2 a, uint b) {
  uint high, low;
  umulExtended(a.x, b, high, low);
  return uvec2(low, high + a.y * b);
}

// floor(a · b / 2^64)
uvec2 HighProduct(uvec2 a, uvec2 b) {
  uint high[4], low[4];
  umulExtended(a.x, b.x, high[0], low[0]);
  umulExtended(a.y, b.x, high[1], low[1]);
  umulExtended(a.x, b.y, high[2], low[2]);
  umulExtended(a.y, b.y, high[3], low[3]);
  uint first_carry, second_carry;
  const uint middle = uaddCarry(high[0], low[1], first_carry);
  uaddCarry(middle, low[2], second_carry);
  uvec2 product = Sum(uvec2(low[3], high[3]), uvec2(high[1], 0));
  product = Sum(product, uvec2(high[2], 0));
  return Sum(product, uvec2(first_carry + second_carry, 0));
}
