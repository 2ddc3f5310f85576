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

// A lane's next four, and their sum or that of their squares about the mean.
vec4 Four(uint at) { return vec4(x[at], x[at + kLanes], x[at + 2 * kLanes], x[at + 3 * kLanes]); }

float Add(float sum, vec4 four) {
  precise float with = sum + four.x;
  with = with + four.y;
  with = with + four.z;
  with = with + four.w;
  return with;
}

float AddSquare(float squares, float each, float mean) {
  precise float apart = each - mean;
  return Fma(apart, apart, squares);
}

float AddSquares(float squares, vec4 four, float mean) {
  squares = AddSquare(squares, four.x, mean);
  squares = AddSquare(squares, four.y, mean);
  squares = AddSquare(squares, four.z, mean);
  return AddSquare(squares, four.w, mean);
}

void main() {
  const uint row = gl_WorkGroupID.x, lane = gl_LocalInvocationID.x;
  if (!Takes(row, which)) return;
  const uint first = row * width, end = first + width, many = 16 * kLanes;
  precise float sum = 0.0;
  if (lane < kLanes) {
    uint at = first + lane;
    for (; at + many <= end; at += many) {  // sixteen are asked for at once
      const vec4 a = Four(at), b = Four(at + 4 * kLanes), c = Four(at + 8 * kLanes), d = Four(at + 12 * kLanes);
      sum = Add(Add(Add(Add(sum, a), b), c), d);
    }
    for (; at < end; at += kLanes) sum = sum + x[at];
  }
  const float mean = Divide(Total(sum), float(width));
  precise float squares = 0.0;
  if (lane < kLanes) {
    uint at = first + lane;
    for (; at + many <= end; at += many) {
      const vec4 a = Four(at), b = Four(at + 4 * kLanes), c = Four(at + 8 * kLanes), d = Four(at + 12 * kLanes);
      squares = AddSquares(squares, a, mean);
      squares = AddSquares(squares, b, mean);
      squares = AddSquares(squares, c, mean);
      squares = AddSquares(squares, d, mean);
    }
    for (; at < end; at += kLanes) squares = AddSquare(squares, x[at], mean);
  }
  precise float variance = Divide(Total(squares), float(width)) + eps;
  const float scale = Divide(1.0, Sqrt(variance));
  for (uint i = lane; i < width; i += gl_WorkGroupSize.x) {
    precise float normed = (x[first + i] - mean) * scale;
    y[first + i] = Fma(normed, weight[i], bias[i]);
  }
}
