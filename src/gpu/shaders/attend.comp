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
layout(constant_id = 4) const uint kAhead = 1;   // words of keys or values that are asked for at once
const uint kTeam = 64, kSegment = kPagePositions;

layout(push_constant) uniform Constants { uint width, head_dim, q_stride, cross; float scale; };
layout(binding = 1, std430) readonly buffer Q { float q[]; };  // [rows, q_stride]
layout(binding = 3, std430) readonly buffer Keys { uint keys[]; };
layout(binding = 4, std430) readonly buffer Values { uint values[]; };
layout(binding = 5, std430) writeonly buffer Out { float attended[]; };  // [rows, D]

const uint kInWord = kFormat == kF32 ? 1 : 2;  // so many of head_dim

float AddWord(float sum, uint query, uint word) {
  precise float with = sum;
  for (uint j = 0; j < kInWord; ++j) with = Fma(q[query + j], Element(kFormat, word, j), with);
  return with;
}

void main() {
  const uint head = gl_WorkGroupID.x, row = gl_WorkGroupID.y, lane = gl_LocalInvocationID.x;
  if (!Takes(row, cross != 0 ? kCrossingRows : kAllRows)) return;
  const uint count = uint(cross != 0 ? rows[row].cross_rows : rows[row].position + 1);
  const uint heads = width / head_dim, words = head_dim / kInWord, block = words * kPagePositions;
  const uint query = row * q_stride + head * head_dim;

  float top = uintBitsToFloat(0xff800000u);
  for (uint key = lane; key < count; key += gl_WorkGroupSize.x) {
    const uint at = (PageOf(row, cross, key) * heads + head) * block + key % kPagePositions;
    precise float sum = 0.0;
    uint word = 0;
    for (; word + kAhead <= words; word += kAhead) {
      uint ahead[kAhead];
      for (uint j = 0; j < kAhead; ++j) ahead[j] = keys[at + (word + j) * kPagePositions];
      for (uint j = 0; j < kAhead; ++j) sum = AddWord(sum, query + (word + j) * kInWord, ahead[j]);
    }
    for (; word < words; ++word) sum = AddWord(sum, query + word * kInWord, keys[at + word * kPagePositions]);
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
      if (d < head_dim && segment < segments) {  // which is a page
        const uint at = (PageOf(row, cross, segment * kSegment) * heads + head) * block + d / kInWord;
        const uint first = segment * kSegment, keys_in = min(kSegment, count - first);
        uint key = 0;
        for (; key + kAhead <= keys_in; key += kAhead) {
          uint ahead[kAhead];
          for (uint j = 0; j < kAhead; ++j) ahead[j] = values[at + (key + j) * words];
          for (uint j = 0; j < kAhead; ++j) sum = Fma(scores[first + key + j], Element(kFormat, ahead[j], d), sum);
        }
        for (; key < keys_in; ++key) sum = Fma(scores[first + key], Element(kFormat, values[at + key * words], d), sum);
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
