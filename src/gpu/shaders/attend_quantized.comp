// attend.comp over keys and values of eight bits, in the order of kernels/cpu/attention_quantized.h:
// the query is made integers too, and so are the softmax weights of every 32 keys.
#version 450
#extension GL_GOOGLE_include_directive : require
layout(local_size_x_id = 2) in;  // first, as softmax.glsl asks for it
#include "exact.glsl"
#include "functions.glsl"
#include "rows.glsl"
#include "integers.glsl"
#include "pages.glsl"
#include "softmax.glsl"

layout(constant_id = 3) const uint kAhead = 1;  // words of keys or values that are asked for at once

layout(push_constant) uniform Constants { uint width, head_dim, q_stride, cross; float scale; };
layout(binding = 1, std430) readonly buffer Q { float q[]; };  // [rows, q_stride]
layout(binding = 3, std430) readonly buffer Keys { uint keys[]; };
layout(binding = 4, std430) readonly buffer Values { uint values[]; };
layout(binding = 5, std430) writeonly buffer Out { float attended[]; };  // [rows, D]

const uint kTeam = 64;
const uint kTile = 32;        // keys whose softmax weights have one scale
const float kSteps = 16383.0;  // to the largest of them
const uint kStepsInverse = 0x38800200u;
const uint kMostWords = 256;  // of a head's vector
shared uint query[kMostWords];
shared float tile_scales[kMostPages * kPagePositions / kTile];

// A query word of four integers.
uint QueryWord(uint first, uint d, uint largest, float inverse) {
  int four[4];
  for (uint j = 0; j < 4; ++j) {
    precise float product = d + j < head_dim ? q[first + d + j] * inverse : 0.0;
    four[j] = IsUsual(largest) ? Rounded(product) : 0;
  }
  return Bytes(four[0], four[1], four[2], four[3]);
}

// exp(x) for x ≤ 0, but never below exp(−87).
float ExpOfNegative(float x) { return ExpOf(-87.0 > x ? -87.0 : x); }

void main() {
  const uint head = gl_WorkGroupID.x, row = gl_WorkGroupID.y, lane = gl_LocalInvocationID.x;
  if (!Takes(row, cross != 0 ? kCrossingRows : kAllRows)) return;
  const uint count = uint(cross != 0 ? rows[row].cross_rows : rows[row].position + 1);
  const uint padded = (count + kTile - 1) / kTile * kTile;
  const uint heads = width / head_dim, words = (head_dim + 3) / 4;
  const uint block = (1 + words) * kPagePositions;

  const uint first = row * q_stride + head * head_dim;
  uint largest = 0;
  for (uint d = 0; d < head_dim; ++d) largest = max(largest, floatBitsToUint(q[first + d]) & 0x7fffffffu);
  const float inverse = StepsIn(largest);
  for (uint i = lane; i < words; i += gl_WorkGroupSize.x) query[i] = QueryWord(first, 4 * i, largest, inverse);
  precise float query_scale = ScaleOf(largest) * scale;
  barrier();

  float top = uintBitsToFloat(0xff800000u);
  for (uint key = lane; key < padded; key += gl_WorkGroupSize.x) {
    if (key >= count) {
      scores[key] = uintBitsToFloat(0xff800000u);
      continue;
    }
    const uint at = (PageOf(row, cross, key) * heads + head) * block + key % kPagePositions;
    int dot = 0;
    uint i = 0;
    for (; i + kAhead <= words; i += kAhead) {
      uint ahead[kAhead];
      for (uint j = 0; j < kAhead; ++j) ahead[j] = keys[at + (1 + i + j) * kPagePositions];
      for (uint j = 0; j < kAhead; ++j) dot += Dot(query[i + j], ahead[j]);
    }
    for (; i < words; ++i) dot += Dot(query[i], keys[at + (1 + i) * kPagePositions]);
    precise float both = uintBitsToFloat(keys[at]) * query_scale;
    precise float score = float(dot) * both;
    scores[key] = score;
    top = score > top ? score : top;
  }
  top = LargestOf(top);

  for (uint key = lane; key < padded; key += gl_WorkGroupSize.x) {
    precise float below = scores[key] - top;
    scores[key] = ExpOfNegative(below);
  }
  const float total = SumOfScores(padded);

  // Of every tile, whole numbers in the place of the scores.
  for (uint tile = lane; tile < padded / kTile; tile += gl_WorkGroupSize.x) {
    const uint begin = tile * kTile, end = min(begin + kTile, count);
    const uint scales = (PageOf(row, cross, begin) * heads + head) * block;
    uint most = 0;
    for (uint key = begin; key < end; ++key) {
      precise float product = scores[key] * uintBitsToFloat(values[scales + key % kPagePositions]);
      scores[key] = product;
      most = max(most, floatBitsToUint(product) & 0x7fffffffu);
    }
    tile_scales[tile] = ScaleOf(most, kStepsInverse);
    const float steps = StepsIn(most, kSteps);
    for (uint key = begin; key < end; ++key) {
      precise float product = scores[key] * steps;
      scores[key] = IsUsual(most) ? float(Rounded(product)) : 0.0;
    }
  }
  barrier();

  // Every 64 lanes sum up one tile at a time.
  const uint teams = gl_WorkGroupSize.x / kTeam, team = lane / kTeam, tiles = padded / kTile;
  for (uint first_d = 0; first_d < head_dim; first_d += kTeam) {
    const uint d = first_d + lane % kTeam;
    precise float sum = 0.0;
    for (uint begin = 0; begin < tiles; begin += teams) {
      const uint first_key = (begin + team) * kTile;
      int dot = 0;
      if (d < head_dim && first_key < count) {
        const uint page = (PageOf(row, cross, first_key) * heads + head) * block + kPagePositions;
        const uint at = page + first_key % kPagePositions * words + d / 4;
        const uint keys_in = min(kTile, count - first_key);
        uint key = 0;
        for (; key + kAhead <= keys_in; key += kAhead) {
          uint ahead[kAhead];
          for (uint j = 0; j < kAhead; ++j) ahead[j] = values[at + (key + j) * words];
          for (uint j = 0; j < kAhead; ++j) dot += Byte(ahead[j], int(d % 4)) * int(scores[first_key + key + j]);
        }
        for (; key < keys_in; ++key) dot += Byte(values[at + key * words], int(d % 4)) * int(scores[first_key + key]);
      }
      if (teams == 1) {
        sum = Fma(tile_scales[begin], float(dot), sum);
        continue;
      }
      partial[lane] = float(dot);
      barrier();
      for (uint t = 0; t < min(teams, tiles - begin); ++t) {
        sum = Fma(tile_scales[begin + t], partial[t * kTeam + lane % kTeam], sum);
      }
      barrier();
    }
    if (team == 0 && d < head_dim) attended[row * width + head * head_dim + d] = Divide(sum, total);
  }
}
