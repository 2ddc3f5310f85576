// What the lanes of a workgroup find of numbers together, in integers: nothing depends on the order
// in which they come. `values` are float probabilities in [0, 1] as bits, which order as they do.

const uint kMostLanes = 256, kDigitBits = 4, kDigits = 16;
shared uvec2 lane_values[kMostLanes];
shared uint bins_low[kDigits], bins_high[kDigits];

layout(binding = 4, std430) buffer Values { uint values[]; };

// Finite floats as integers in the same order, 0 and -0 the same.
uint InOrder(float x) {
  const uint bits = floatBitsToUint(x);
  if (bits == 0x80000000u) return bits;
  return (bits & 0x80000000u) != 0u ? ~bits : bits | 0x80000000u;
}
float FromOrder(uint rank) {
  return uintBitsToFloat((rank & 0x80000000u) != 0u ? rank ^ 0x80000000u : ~rank);
}

// Of pairs of a number and an index, the one with the largest number, the first of equals.
uvec2 FirstLargest(uvec2 mine) {
  const uint lane = gl_LocalInvocationID.x;
  lane_values[lane] = mine;
  barrier();
  for (uint half_lanes = gl_WorkGroupSize.x / 2; half_lanes > 0; half_lanes /= 2) {
    if (lane < half_lanes) {
      const uvec2 a = lane_values[lane], b = lane_values[lane + half_lanes];
      if (b.x > a.x || (b.x == a.x && b.y < a.y)) lane_values[lane] = b;
    }
    barrier();
  }
  const uvec2 largest = lane_values[0];
  barrier();
  return largest;
}

// The sum over the lanes before this one, and over all.
uvec2 SumBefore(uvec2 mine, out uvec2 all) {
  const uint lane = gl_LocalInvocationID.x;
  lane_values[lane] = mine;
  barrier();
  for (uint apart = 1; apart < gl_WorkGroupSize.x; apart *= 2) {
    const uvec2 other = lane >= apart ? lane_values[lane - apart] : uvec2(0);
    barrier();
    lane_values[lane] = Sum(lane_values[lane], other);
    barrier();
  }
  all = lane_values[gl_WorkGroupSize.x - 1];
  const uvec2 before = lane > 0 ? lane_values[lane - 1] : uvec2(0);
  barrier();
  return before;
}

// floor(p · 2^40), p in [0, 1] given as bits.
uvec2 Weight(uint bits) {
  const uint mantissa = (bits & 0x7fffffu) | 0x800000u;
  const int shift = int(bits >> 23) - 110;
  if (shift < -23) return uvec2(0);
  if (shift <= 0) return uvec2(mantissa >> -shift, 0);
  return uvec2(mantissa << shift, mantissa >> (32 - shift));
}

// Going down from the largest value, each counting as its weight or as 1: the value at which the sum
// passes `most`, and the sum of those above it. Digit by digit; lanes have the values from + begin
// up to from + end.
uint Edge(uint from, uint begin, uint end, bool by_weight, uvec2 most, out uvec2 above) {
  const uint lane = gl_LocalInvocationID.x;
  uint edge = 0;
  above = uvec2(0);
  for (int shift = 32 - int(kDigitBits); shift >= 0; shift -= int(kDigitBits)) {
    if (lane < kDigits) {
      bins_low[lane] = 0;
      bins_high[lane] = 0;
    }
    barrier();
    for (uint i = begin; i < end; ++i) {
      const uint value = values[from + i];
      if (value >> shift >> kDigitBits != edge) continue;
      const uvec2 counts = by_weight ? Weight(value) : uvec2(1, 0);
      const uint digit = (value >> shift) % kDigits;
      const uint low = atomicAdd(bins_low[digit], counts.x);
      const uint carry = low + counts.x < low ? 1 : 0;
      if (counts.y + carry > 0) atomicAdd(bins_high[digit], counts.y + carry);
    }
    barrier();
    uint digit = kDigits - 1;
    for (; digit > 0; --digit) {
      const uvec2 sum = Sum(above, uvec2(bins_low[digit], bins_high[digit]));
      if (Less(most, sum)) break;
      above = sum;
    }
    edge = edge << kDigitBits | digit;
    barrier();
  }
  return edge;
}
