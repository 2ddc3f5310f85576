// Of every 32 inputs of a row, 32 integers of eight bits and their scale; with two parts, what these
// leave once more. An invocation is a group of a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "exact.glsl"
#include "rows.glsl"
#include "integers.glsl"

layout(constant_id = 2) const uint kParts = 1;
const uint kGroup = 32;

layout(local_size_x = 64) in;
layout(push_constant) uniform Constants { uint inputs; };
layout(binding = 1, std430) readonly buffer X { float x[]; };  // [rows, K]
layout(binding = 2, std430) writeonly buffer Digits { uint digits[]; };  // [rows][parts][groups][8]
layout(binding = 3, std430) writeonly buffer Scales { float scales[]; };  // [rows][parts][groups]

void main() {
  const uint group = gl_GlobalInvocationID.x, row = gl_WorkGroupID.y, groups = inputs / kGroup;
  if (group >= groups || row >= header.x) return;
  precise float rest[kGroup];
  for (uint i = 0; i < kGroup; ++i) rest[i] = x[row * inputs + group * kGroup + i];
  for (uint part = 0; part < kParts; ++part) {
    const uint to = (row * kParts + part) * groups + group;
    uint largest = 0;
    for (uint i = 0; i < kGroup; ++i) largest = max(largest, floatBitsToUint(rest[i]) & 0x7fffffffu);
    const float scale = ScaleOf(largest), inverse = StepsIn(largest);
    scales[to] = scale;
    for (uint i = 0; i < kGroup; i += 4) {
      int four[4];
      for (uint j = 0; j < 4; ++j) {
        precise float product = rest[i + j] * inverse;
        four[j] = IsUsual(largest) ? Rounded(product) : 0;
        rest[i + j] = Fma(-scale, float(four[j]), rest[i + j]);
      }
      digits[to * 8 + i / 4] = Bytes(four[0], four[1], four[2], four[3]);
    }
  }
}
