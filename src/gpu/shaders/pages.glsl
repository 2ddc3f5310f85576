// Keys and values lie in pages of 64 positions, all heads of one layer together: keys
// [page][head][head_dim][64], so that lanes that are keys read side by side, values
// [page][head][64][head_dim]. Each row has a list of the pages of its own sequence, and behind it
// one of its cross-attention source's.
const uint kPagePositions = 64, kMostPages = 64;

layout(binding = 2, std430) readonly buffer Pages { uint pages[]; };

uint PageOf(uint row, uint cross, uint position) {
  return pages[(row * 2 + cross) * kMostPages + position / kPagePositions];
}
