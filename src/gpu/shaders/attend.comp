// Softmax attention of rows over their own past or their cross-attention source, in the order of
// kernels/attention.h. A workgroup is a head of a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "exact.glsl"
#include "functions.glsl"
#include "rows.glsl"
#include "pages.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Constants { uint width, head_dim, q_stride, cross; float scale; };
layout(binding = 1, std430) readonly buffer Q { float q[]; };  // [rows, q_stride]
layout(binding = 3, std430) readonly buffer Keys { float keys[]; };
layout(binding = 4, std430) readonly buffer Values { float values[]; };
layout(binding = 5, std430) writeonly buffer Out { float attended[]; };  // [rows, D]

const uint kLanes = 16;  // of the sum of exponentials
shared float scores[kMostPages * kPagePositions];
shared float partial[64];

void main() {
  const uint head = gl_WorkGroupID.x, row = gl_WorkGroupID.y, lane = gl_LocalInvocationID.x;
  if (!Takes(row, cross != 0 ? kCrossingRows : kAllRows)) return;
  const uint count = uint(cross != 0 ? rows[row].cross_rows : rows[row].position + 1);
  const uint heads = width / head_dim, block = head_dim * kPagePositions;

  float top = uintBitsToFloat(0xff800000u);
  const uint query = row * q_stride + head * head_dim;
  for (uint key = lane; key < count; key += gl_WorkGroupSize.x) {
    uint at = (PageOf(row, cross, key) * heads + head) * block + key % kPagePositions;
    precise float sum = 0.0;
    for (uint d = 0; d < head_dim; ++d, at += kPagePositions) sum = Fma(q[query + d], keys[at], sum);
    precise float score = sum * scale;
    scores[key] = score;
    top = score > top ? score : top;
  }
  partial[lane] = top;
  barrier();
  for (uint half_lanes = 32; half_lanes > 0; half_lanes /= 2) {
    if (lane < half_lanes) {
      const float other = partial[lane + half_lanes];
      partial[lane] = other > partial[lane] ? other : partial[lane];
    }
    barrier();
  }
  top = partial[0];
  barrier();

  for (uint key = lane; key < count; key += gl_WorkGroupSize.x) {
    precise float below = scores[key] - top;
    scores[key] = ExpOf(below);
  }
  barrier();
  if (lane < kLanes) {
    precise float sum = 0.0;
    for (uint key = lane; key < count; key += kLanes) sum = sum + scores[key];
    partial[lane] = sum;
  }
  barrier();
  for (uint half_lanes = kLanes / 2; half_lanes > 0; half_lanes /= 2) {
    if (lane < half_lanes) {
      precise float sum = partial[lane] + partial[lane + half_lanes];
      partial[lane] = sum;
    }
    barrier();
  }

  for (uint d = lane; d < head_dim; d += gl_WorkGroupSize.x) {
    precise float sum = 0.0;
    for (uint key = 0; key < count; ++key) {
      const uint page = PageOf(row, cross, key);
      const uint at = (page * heads + head) * block + key % kPagePositions * head_dim + d;
      sum = Fma(scores[key], values[at], sum);
    }
    attended[row * width + head * head_dim + d] = Divide(sum, partial[0]);
  }
}
