// y [rows, N] = x [rows, K]·Wᵀ in the order of kernels/matmul.h: a workgroup has the outputs of one
// tile for kRows rows. Its lanes sum up one segment of the inputs each, which are then added from
// left to right. Who includes this says what a segment is: Segments and SumSegment.

const uint kMostLanes = 8, kMostSums = 16, kTileOutputs = 32;
const uint kStore = 0, kAccumulate = 1, kGelu = 2;

layout(constant_id = 2) const uint kRows = 1;  // of the workgroup
layout(constant_id = 3) const uint kEpilogue = 0;
layout(local_size_x_id = 4) in;  // a tile's outputs times lanes
layout(constant_id = 5) const uint kFormat = 0;
// Sums of a row: two where its inputs are numbers of two digits, which are added at the end.
layout(constant_id = 6) const uint kParts = 1;

layout(push_constant) uniform Constants { uint inputs, outputs, which, stride, at; };
layout(binding = 3, std430) buffer Y { float y[]; };  // [rows, stride], from `at` on

shared float ends[kMostLanes * kMostSums * kTileOutputs];
float sums[kMostSums];  // of one segment, [kRows][kParts]; not `precise`, of which glslang would make a local

uint Segments();
// Of the rows from `first_row` on and one output of a tile.
void SumSegment(uint segment, uint first_row, uint tile, uint column);

void Finish(uint row, uint to, float total) {
  if (!Takes(row, which)) return;
  precise float value = total;
  if (kEpilogue == kAccumulate) value = y[to] + value;
  y[to] = value;
}

void main() {
  const uint lanes = gl_WorkGroupSize.x / kTileOutputs;
  const uint lane = gl_LocalInvocationID.x / kTileOutputs;
  const uint column = gl_LocalInvocationID.x % kTileOutputs;
  const uint tile = gl_WorkGroupID.x, output_ = tile * kTileOutputs + column;
  const uint first_row = gl_WorkGroupID.y * kRows, segments = Segments();
  if (first_row >= header.x) return;

  precise float totals[kMostSums];  // of the rows lane, lane + lanes, …
  for (uint i = 0; i < kRows * kParts; ++i) totals[i] = 0.0;
  for (uint begin = 0; begin < segments; begin += lanes) {
    for (uint i = 0; i < kRows * kParts; ++i) sums[i] = 0.0;
    if (begin + lane < segments) SumSegment(begin + lane, first_row, tile, column);
    if (lanes == 1) {
      for (uint i = 0; i < kRows * kParts; ++i) totals[i] = begin == 0 ? sums[i] : totals[i] + sums[i];
      continue;
    }
    for (uint i = 0; i < kRows * kParts; ++i) {
      ends[(lane * kMostSums + i) * kTileOutputs + column] = sums[i];
    }
    barrier();
    const uint count = min(lanes, segments - begin);
    for (uint i = 0; i < kRows * kParts; ++i) {
      if (i / kParts % lanes != lane) continue;
      for (uint s = 0; s < count; ++s) {
        const float end = ends[(s * kMostSums + i) * kTileOutputs + column];
        totals[i] = begin + s == 0 ? end : totals[i] + end;
      }
    }
    barrier();
  }
  if (output_ >= outputs) return;
  for (uint r = 0; r < kRows; ++r) {
    if (r % lanes != lane) continue;
    precise float total = totals[r * kParts];
    if (kParts == 2) total = total + totals[r * kParts + 1];
    Finish(first_row + r, (first_row + r) * stride + at + output_, total);
  }
  if (kEpilogue != kGelu) return;
  // Once in the code, not once for each row: drivers compile it for seconds.
  [[dont_unroll]] for (uint r = lane; r < kRows; r += lanes) {
    const uint to = (first_row + r) * stride + at + output_;
    if (Takes(first_row + r, which)) y[to] = Gelu(y[to]);
  }
}
