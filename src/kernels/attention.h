// Keys and values of one sequence in one layer, and softmax attention of one query row over them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/weight_format.h"

namespace musicgen::kernels {

inline constexpr int64_t kKeyTile = 32;     // keys side by side in the key layout
inline constexpr int64_t kHeadPad = 16;     // value rows are padded to a multiple of this
inline constexpr int64_t kKeySegment = 64;  // keys that an output sums up in one chain

// Where the keys and values lie. format: kF32, kF16, kBF16 or kQ8. Positions come in chunks, so
// that memory is touched as a sequence grows; of one chunk
//   k [heads][ceil(chunk / 32)][head_dim][32]: keys across lanes, so that a score is one chain over
//   head_dim; v [heads][chunk][RoundUp(head_dim, 16)]: values across lanes, so that an output
//   adds up its keys in their order.
// The memory must be zeroed at first: padding is read. At kQ8 (QuantizedKv) every key and every
// value of a head is a vector of eight-bit integers with one scale, and so is the query.
struct KvView {
  WeightFormat format = WeightFormat::kF32;
  int64_t heads = 0;
  int64_t head_dim = 0;
  int64_t chunk = 0;  // positions; a multiple of 32 where there is a second chunk
  void* k = nullptr;  // of the first chunk
  void* v = nullptr;
  int64_t chunk_stride = 0;  // bytes from k and v to those of the next chunk
};

// One head's keys and values at kQ8 in the first chunk, in tiles of 32 positions. A tile of keys is
// scales [32] and integers [ceil(head_dim / 4)][32][4], one of values is scales [32] and integers
// [32 / 4][RoundUp(head_dim, 16)][4]: what one instruction multiplies and adds lies together.
struct QuantizedKv {
  int64_t key_dim, value_dim;  // padded
  int64_t key_tile_bytes, value_tile_bytes;
  char* key_tiles;
  char* value_tiles;
  int8_t* row;  // [value_dim], behind the values of all heads: a vector on its way to its tile
};
QuantizedKv QuantizedHead(const KvView& kv, int64_t head);

// Where AttendRow begins to read.
const void* FirstKeys(const KvView& kv, int64_t head);

// What AttendRow reads of one position, all heads together.
size_t PositionBytes(WeightFormat format, int64_t heads, int64_t head_dim);

// The memory of one chunk.
size_t KeyBytes(WeightFormat format, int64_t heads, int64_t head_dim, int64_t chunk);
size_t ValueBytes(WeightFormat format, int64_t heads, int64_t head_dim, int64_t chunk);

// Writes k and v of one position for the heads in [head_begin, head_end); those of head h begin at
// h · k_stride and h · v_stride. Rounds to nearest even.
void StoreKeyValue(const KvView& kv, int64_t position, int64_t head_begin, int64_t head_end,
                   const float* k, int64_t k_stride, const float* v, int64_t v_stride);

struct AttentionOptions {
  float scale = 1.0f;           // score = scale · (q·k) + bias
  const float* bias = nullptr;  // [keys] or null (T5's relative position bias)
  const void* next = nullptr;   // what the thread reads afterwards, or null: fetched ahead at kQ8
};

// Floats of scratch that AttendRow wants for this many keys.
int64_t AttentionScratchFloats(int64_t keys, int64_t head_dim);

// out [head_dim] = softmax(scores)·V over positions 0 … keys−1 of one head, q [head_dim]. keys = 0
// gives zeros. out may be q. Order: a score is one fused chain over head_dim; the sum of
// exponentials is kernels/norm.h's order over the keys; of exp(score − max)·v every kKeySegment
// keys are one fused chain, whose ends are added from left to right, then comes one division by the
// sum. It depends on `keys` alone. At kQ8 a score
// is an exact sum of integers times the scales. There exp(score − max) times the value's scale is
// rounded to 1/16383 of the largest in its tile, and an output is one fused chain over the tiles of
// exact sums.
void AttendRow(const float* q, const KvView& kv, int64_t head, int64_t keys,
               const AttentionOptions& options, float* scratch, float* out);

// The part of AttendRow between its two products: scores [keys], as q·k, become exp(scale · score +
// bias − their largest), whose sum is returned. The row has room for RoundUp(keys, 16) floats,
// which are overwritten.
float AttentionWeights(float* scores, int64_t keys, const AttentionOptions& options);

}  // namespace musicgen::kernels
