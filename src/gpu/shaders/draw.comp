// Guidance and the drawing of columns, in the order of lm/guidance.h and lm/sampling.h. A workgroup
// is a codebook of a column; its lanes share the codes out in the order of their index.
#version 450
#extension GL_GOOGLE_include_directive : require
layout(local_size_x_id = 2) in;  // at most kMostLanes, a power of two
#include "exact.glsl"
#include "functions.glsl"
#include "rows.glsl"
#include "random.glsl"
#include "wide.glsl"
#include "order.glsl"

struct Draw {  // gpu/draws.h
  uint row, branches, place, rule;
  float temperature;
  uint top_k;
  uvec2 top_p, seed;
  uint take, spare;
  float coefs[4];
};
struct Cell {
  int given;
  uint frame;
};
const uint kMostProbable = 0, kTopK = 1, kTopP = 2;
const int kToDraw = -1;
const uint kNoNumber = 0xffffffffu;

layout(push_constant) uniform Constants { uint codebooks, size; };
layout(binding = 1, std430) readonly buffer Logits { float logits[]; };  // [rows, K, V]
layout(binding = 2, std430) readonly buffer Draws { Draw draws[]; };
layout(binding = 3, std430) readonly buffer Cells { Cell cells[]; };             // [draws, K]
layout(binding = 5, std430) writeonly buffer Columns { uint columns[]; };        // [places, K]
layout(binding = 6, std430) writeonly buffer Codes { int codes[]; };             // [draws, K]

// The column is handed out, and kept for the row that it is fed to (embed.comp).
void Put(Draw draw, int code) {
  const uint k = gl_WorkGroupID.x;
  codes[gl_WorkGroupID.y * codebooks + k] = code;
  columns[draw.place * codebooks + k] = code < 0 ? size : uint(code);
}

// As all devices have it, those that take subnormal numbers for zero included.
float Flushed(float x) { return (floatBitsToUint(x) & 0x7f800000u) == 0u ? 0.0 : x; }

float Guided(Draw draw, uint i) {
  const uint row_floats = codebooks * size, first = draw.row * row_floats + gl_WorkGroupID.x * size + i;
  precise float guided = logits[first];
  for (uint b = 1; b < draw.branches; ++b) {
    const float base = Flushed(logits[first + b * row_floats]);
    precise float apart = Flushed(guided) - base;
    precise float scaled = Flushed(apart) * draw.coefs[b - 1];
    guided = base + Flushed(scaled);
    guided = Flushed(guided);
  }
  return guided;
}

void main() {
  const uint k = gl_WorkGroupID.x, lane = gl_LocalInvocationID.x;
  if (gl_WorkGroupID.y >= header.y) return;
  const Draw draw = draws[gl_WorkGroupID.y];
  const Cell cell = cells[gl_WorkGroupID.y * codebooks + k];
  if (cell.given != kToDraw) {
    if (lane == 0) Put(draw, cell.given);
    return;
  }
  const uint each = (size + gl_WorkGroupSize.x - 1) / gl_WorkGroupSize.x;
  const uint begin = min(lane * each, size), end = min(begin + each, size);
  const uint from = (gl_WorkGroupID.y * codebooks + k) * size;

  uvec2 largest = uvec2(0);  // as integers in their order, and where
  for (uint i = begin; i < end; ++i) {
    const float logit = Guided(draw, i);
    values[from + i] = floatBitsToUint(logit);
    const uint rank = IsFinite(logit) ? InOrder(logit) : kNoNumber;
    if (rank > largest.x) largest = uvec2(rank, i);
  }
  largest = FirstLargest(largest);
  if (largest.x == kNoNumber || draw.rule == kMostProbable) {
    if (lane == 0) Put(draw, largest.x == kNoNumber ? -1 : int(largest.y));
    return;
  }

  const float top = FromOrder(largest.x);
  for (uint i = begin; i < end; ++i) {
    precise float below = uintBitsToFloat(values[from + i]) - top;
    values[from + i] = floatBitsToUint(ExpOf(Divide(below, draw.temperature)));
  }

  // What is kept: all above an edge, and of those on it, which have a weight each, as many as begin
  // below `most`.
  uint edge = 0;
  uvec2 most = uvec2(0xffffffffu), before = uvec2(0), all;
  const bool by_sum = draw.rule == kTopP;
  if (by_sum) {
    uvec2 mine = uvec2(0);
    for (uint i = begin; i < end; ++i) mine = Sum(mine, Weight(values[from + i]));
    SumBefore(mine, all);
    most = HighProduct(draw.top_p, all);
  }
  if (by_sum || (0 < draw.top_k && draw.top_k < size)) {
    edge = Edge(from, begin, end, by_sum, by_sum ? most : uvec2(draw.top_k - 1, 0), before);
  }
  if (by_sum) {
    uvec2 mine = uvec2(0);
    for (uint i = begin; i < end; ++i) mine.x += values[from + i] == edge ? 1 : 0;
    before = Sum(before, Times(Weight(edge), SumBefore(mine, all).x));
  }

  uvec2 mine = uvec2(0), on_edge = before;
  for (uint i = begin; i < end; ++i) {
    const uint value = values[from + i];
    bool kept = value >= edge;
    if (by_sum && value == edge) {
      kept = !Less(most, on_edge);
      on_edge = Sum(on_edge, Weight(edge));
    }
    if (!kept) values[from + i] = 0;
    if (kept) mine = Sum(mine, Weight(value));
  }
  uvec2 sum = SumBefore(mine, all);
  const uvec2 target = HighProduct(Uniform(draw.seed, draw.take, cell.frame, k), all);
  if (Less(target, sum) || !Less(target, Sum(sum, mine))) return;
  for (uint i = begin; i < end; ++i) {
    sum = Sum(sum, Weight(values[from + i]));
    if (Less(target, sum)) {
      Put(draw, int(i));
      return;
    }
  }
}
