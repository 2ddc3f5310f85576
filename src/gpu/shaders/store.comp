// Puts the keys and values of rows into their pages.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "rows.glsl"
#include "pages.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Constants { uint width, head_dim, stride, keys_at, values_at; };
layout(binding = 1, std430) readonly buffer Source { float source[]; };  // [rows, stride]
layout(binding = 3, std430) writeonly buffer Keys { float keys[]; };
layout(binding = 4, std430) writeonly buffer Values { float values[]; };

void main() {
  const uint i = gl_GlobalInvocationID.x, row = gl_WorkGroupID.y;
  if (i >= width || !Takes(row, kAllRows)) return;
  const uint position = uint(rows[row].position), lane = position % kPagePositions;
  const uint heads = width / head_dim, head = i / head_dim, d = i % head_dim;
  const uint block = (PageOf(row, 0, position) * heads + head) * head_dim * kPagePositions;
  keys[block + d * kPagePositions + lane] = source[row * stride + keys_at + i];
  values[block + lane * head_dim + d] = source[row * stride + values_at + i];
}
