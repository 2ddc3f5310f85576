// Keys and values lie in pages of 64 positions. Of a page, a layer has a block of words for each
// head, of keys and of values:
//   f32   keys [head_dim][64], so that lanes that are keys read side by side; values
//         [64][head_dim]
//   bf16  the same with two of head_dim in a word
//   q8    scales [64], then four of head_dim as integers in a word: keys [·][64], values [64][·]
// Each row has a list of the pages of its own sequence, and behind it one of its cross-attention
// source's.
const uint kPagePositions = 64, kMostPages = 64;

layout(binding = 2, std430) readonly buffer Pages { uint pages[]; };

uint PageOf(uint row, uint cross, uint position) {
  return pages[(row * 2 + cross) * kMostPages + position / kPagePositions];
}
