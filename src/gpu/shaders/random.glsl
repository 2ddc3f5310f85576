// Counter-based random numbers as base/random.h has them.

// Philox 4x32-10.
uvec4 Philox(uvec4 counter, uvec2 key) {
  for (int round_ = 0; round_ < 10; ++round_) {
    uint a_high, a_low, b_high, b_low;
    umulExtended(0xD2511F53u, counter.x, a_high, a_low);
    umulExtended(0xCD9E8D57u, counter.z, b_high, b_low);
    counter = uvec4(b_high ^ counter.y ^ key.x, b_low, a_high ^ counter.w ^ key.y, a_low);
    key += uvec2(0x9E3779B9u, 0xBB67AE85u);
  }
  return counter;
}

// Uniform in [0, 1), a multiple of 2^-53: in units of 2^-64, lower word first.
uvec2 Uniform(uvec2 seed, uint take, uint frame, uint codebook) {
  const uvec4 bits = Philox(uvec4(take, frame, codebook, 0), seed);
  return uvec2(bits.y & ~0x7ffu, bits.x);
}
