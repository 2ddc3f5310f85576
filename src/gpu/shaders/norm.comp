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

void main() {
  const uint row = gl_WorkGroupID.x, lane = gl_LocalInvocationID.x;
  if (!Takes(row, which)) return;
  const uint first = row * width;
  precise float sum = 0.0;
  if (lane < kLanes) {
    for (uint i = lane; i < width; i += kLanes) sum = sum + x[first + i];
  }
  const float mean = Divide(Total(sum), float(width));
  precise float squares = 0.0;
  if (lane < kLanes) {
    for (uint i = lane; i < width; i += kLanes) {
      precise float apart = x[first + i] - mean;
      squares = Fma(apart, apart, squares);
    }
  }
  precise float variance = Divide(Total(squares), float(width)) + eps;
  const float scale = Divide(1.0, Sqrt(variance));
  for (uint i = lane; i < width; i += gl_WorkGroupSize.x) {
    precise float normed = (x[first + i] - mean) * scale;
    y[first + i] = Fma(normed, weight[i], bias[i]);
  }
}
