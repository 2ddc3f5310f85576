// Puts the keys and values of rows into their pages. An invocation has what one word holds, or at q8
// a head.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "exact.glsl"
#include "rows.glsl"
#include "formats.glsl"
#include "integers.glsl"
#include "pages.glsl"

layout(constant_id = 2) const uint kFormat = 0;

layout(local_size_x = 64) in;
layout(push_constant) uniform Constants { uint width, head_dim, stride, keys_at, values_at; };
layout(binding = 1, std430) readonly buffer Source { float source[]; };  // [rows, stride]
layout(binding = 3, std430) writeonly buffer Keys { uint keys[]; };
layout(binding = 4, std430) writeonly buffer Values { uint values[]; };

void StoreFloat(uint block, uint lane, uint d, uint key, uint value) {
  keys[block + d * kPagePositions + lane] = floatBitsToUint(source[key]);
  values[block + lane * head_dim + d] = floatBitsToUint(source[value]);
}

void StoreTwo(uint block, uint lane, uint d, uint key, uint value) {
  keys[block + d / 2 * kPagePositions + lane] = BF16Bits(source[key]) | BF16Bits(source[key + 1]) << 16;
  values[block + (lane * head_dim + d) / 2] = BF16Bits(source[value]) | BF16Bits(source[value + 1]) << 16;
}

// A head's vector as integers: the scale of those from source[from] on.
uint LargestFrom(uint from) {
  uint largest = 0;
  for (uint d = 0; d < head_dim; ++d) {
    largest = max(largest, floatBitsToUint(source[from + d]) & 0x7fffffffu);
  }
  return largest;
}
uint FourFrom(uint from, uint d, uint largest, float inverse) {
  int four[4];
  for (uint j = 0; j < 4; ++j) {
    precise float product = d + j < head_dim ? source[from + d + j] * inverse : 0.0;
    four[j] = IsUsual(largest) ? Rounded(product) : 0;
  }
  return Bytes(four[0], four[1], four[2], four[3]);
}

void StoreHead(uint block, uint lane, uint key, uint value) {
  const uint words = (head_dim + 3) / 4;
  const uint key_largest = LargestFrom(key), value_largest = LargestFrom(value);
  const float key_inverse = StepsIn(key_largest), value_inverse = StepsIn(value_largest);
  keys[block + lane] = floatBitsToUint(ScaleOf(key_largest));
  values[block + lane] = floatBitsToUint(ScaleOf(value_largest));
  for (uint i = 0; i < words; ++i) {
    keys[block + (1 + i) * kPagePositions + lane] = FourFrom(key, 4 * i, key_largest, key_inverse);
    values[block + kPagePositions + lane * words + i] =
        FourFrom(value, 4 * i, value_largest, value_inverse);
  }
}

void main() {
  const uint elements = kFormat == kF32 ? 1 : kFormat == kBF16 ? 2 : head_dim;
  const uint i = gl_GlobalInvocationID.x * elements, row = gl_WorkGroupID.y;
  if (i >= width || !Takes(row, kAllRows)) return;
  const uint position = uint(rows[row].position), lane = position % kPagePositions;
  const uint heads = width / head_dim, head = i / head_dim, d = i % head_dim;
  const uint per_position = kFormat == kF32 ? head_dim : kFormat == kBF16 ? head_dim / 2 : 1 + (head_dim + 3) / 4;
  const uint block = (PageOf(row, 0, position) * heads + head) * per_position * kPagePositions;
  const uint key = row * stride + keys_at + i, value = row * stride + values_at + i;
  if (kFormat == kF32) {
    StoreFloat(block, lane, d, key, value);
  } else if (kFormat == kBF16) {
    StoreTwo(block, lane, d, key, value);
  } else {
    StoreHead(block, lane, key, value);
  }
}
