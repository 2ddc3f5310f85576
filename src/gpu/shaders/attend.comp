// Softmax attention of rows over their own past or their cross-attention source, in the order of
// kernels/attention.h. A workgroup is a head of a row.
#version 450
#extension GL_GOOGLE_include_directive : require
layout(local_size_x_id = 3) in;  // first, as softmax.glsl asks for it
#include "exact.glsl"
#include "functions.glsl"
#include "rows.glsl"
#include "formats.glsl"
#include "pages.glsl"
#include "softmax.glsl"

layout(constant_id = 2) const uint kFormat = 0;  // kF32 or kBF16
const uint kTeam = 64, kSegment = 64;

layout(push_constant) uniform Constants { uint width, head_dim, q_stride, cross; float scale; };
layout(binding = 1, std430) readonly buffer Q { float q[]; };  // [rows, q_stride]
layout(binding = 3, std430) readonly buffer Keys { uint keys[]; };
layout(binding = 4, std430) readonly buffer Values { uint values[]; };
layout(binding = 5, std430) writeonly buffer Out { float attended[]; };  // [rows, D]

void main() {
  const uint head = gl_WorkGroupID.x, row = gl_WorkGroupID.y, lane = gl_LocalInvocationID.x;
  if (!Takes(row, cross != 0 ? kCrossingRows : kAllRows)) return;
  const uint count = uint(cross != 0 ? rows[row].cross_rows : rows[row].position + 1);
  const uint in_word = kFormat == kF32 ? 1 : 2;  // so many of head_dim
  const uint heads = width / head_dim, words = head_dim / in_word, block = words * kPagePositions;

  float top = uintBitsToFloat(0xff800000u);
  const uint query = row * q_stride + head * head_dim;
  for (uint key = lane; key < count; key += gl_WorkGroupSize.x) {
    uint at = (PageOf(row, cross, key) * heads + head) * block + key % kPagePositions;
    precise float sum = 0.0;
    for (uint d = 0; d < head_dim; d += in_word, at += kPagePositions) {
      const uint word = keys[at];
      for (uint j = 0; j < in_word; ++j) sum = Fma(q[query + d + j], Element(kFormat, word, j), sum);
    }
    precise float score = sum * scale;
    scores[key] = score;
    top = score > top ? score : top;
  }
  top = LargestOf(top);

  for (uint key = lane; key < count; key += gl_WorkGroupSize.x) {
    precise float below = scores[key] - top;
    scores[key] = ExpOf(below);
  }
  const float total = SumOfScores(count);

  // Every 64 lanes sum up one segment of the keys at a time.
  const uint teams = gl_WorkGroupSize.x / kTeam, team = lane / kTeam, segments = (count + kSegment - 1) / kSegment;
  for (uint first_d = 0; first_d < head_dim; first_d += kTeam) {
    const uint d = first_d + lane % kTeam;
    precise float total_value = 0.0;
    for (uint begin = 0; begin < segments; begin += teams) {
      const uint segment = begin + team;
      precise float sum = 0.0;
      if (d < head_dim) {
        for (uint key = segment * kSegment; key < min((segment + 1) * kSegment, count); ++key) {
          const uint page = PageOf(row, cross, key);
          const uint at = (page * heads + head) * block + key % kPagePositions * words + d / in_word;
          sum = Fma(scores[key], Element(kFormat, values[at], d), sum);
        }
      }
      if (teams == 1) {
        total_value = begin == 0 ? sum : total_value + sum;
        continue;
      }
      partial[lane] = sum;
      barrier();
      for (uint s = 0; s < min(teams, segments - begin); ++s) {
        const float end = partial[s * kTeam + lane % kTeam];
        total_value = begin + s == 0 ? end : total_value + end;
      }
      barrier();
    }
    if (team == 0 && d < head_dim) {
      attended[row * width + head * head_dim + d] = Divide(total_value, total);
    }
  }
}
