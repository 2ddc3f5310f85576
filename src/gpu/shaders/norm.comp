// LayerNorm of rows, in the order of kernels/norm.h. A workgroup is a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "exact.glsl"
#include "rows.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Constants { uint width, which; float eps; };
layout(binding = 1, std430) readonly buffer X { float x[]; };
layout(binding = 2, std430) readonly buffer Weight { float weight[]; };
layout(binding = 3, std430) readonly buffer Bias { float bias[]; };
layout(binding = 4, std430) writeonly buffer Y { float y[]; };

layout(constant_id = 2) const uint kAhead = 1;  // numbers asked for at once
const uint kLanes = 16;
shared float partial[kLanes];

// Every invocation of the workgroup must call it.
float Total(float mine) {
  const uint lane = gl_LocalInvocationID.x;
  if (lane < kLanes) partial[lane] = mine;
  barrier();
  for (uint half_lanes = kLanes / 2; half_lanes > 0; half_lanes /= 2) {
    if (lane < half_lanes) {
      precise float sum = partial[lane] + partial[lane + half_lanes];
      partial[lane] = sum;
    }
    barrier();
  }
  const float total = partial[0];
  barrier();
  return total;
}

float AddSquare(float squares, float each, float mean) {
  precise float apart = each - mean;
  return Fma(apart, apart, squares);
}

void main() {
  const uint row = gl_WorkGroupID.x, lane = gl_LocalInvocationID.x;
  if (!Takes(row, which)) return;
  const uint first = row * width;
  precise float sum = 0.0;
  if (lane < kLanes) {
    uint i = lane;
    for (; i + (kAhead - 1) * kLanes < width; i += kAhead * kLanes) {
      float ahead[kAhead];
      for (uint j = 0; j < kAhead; ++j) ahead[j] = x[first + i + j * kLanes];
      for (uint j = 0; j < kAhead; ++j) sum = sum + ahead[j];
    }
    for (; i < width; i += kLanes) sum = sum + x[first + i];
  }
  const float mean = Divide(Total(sum), float(width));
  precise float squares = 0.0;
  if (lane < kLanes) {
    uint i = lane;
    for (; i + (kAhead - 1) * kLanes < width; i += kAhead * kLanes) {
      float ahead[kAhead];
      for (uint j = 0; j < kAhead; ++j) ahead[j] = x[first + i + j * kLanes];
      for (uint j = 0; j < kAhead; ++j) squares = AddSquare(squares, ahead[j], mean);
    }
    for (; i < width; i += kLanes) squares = AddSquare(squares, x[first + i], mean);
  }
  precise float variance = Divide(Total(squares), float(width)) + eps;
  const float scale = Divide(1.0, Sqrt(variance));
  for (uint i = lane; i < width; i += gl_WorkGroupSize.x) {
    precise float normed = (x[first + i] - mean) * scale;
    y[first + i] = Fma(normed, weight[i], bias[i]);
  }
}
