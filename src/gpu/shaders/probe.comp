// Single operations, for the host to compare with its own.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "exact.glsl"
#include "functions.glsl"

layout(local_size_x = 64) in;
layout(binding = 0, std430) readonly buffer Cases { vec4 cases[]; };  // x, y, z
struct Found {
  float fused, multiply_add, quotient, root;
  uint half_bits, tree_sum, spare0, spare1;
};
layout(binding = 1, std430) writeonly buffer Results { Found found[]; };

shared uint partial[64];

void main() {
  const uint at = gl_GlobalInvocationID.x, lane = gl_LocalInvocationID.x;
  const vec3 v = cases[at].xyz;
  Found result;
  result.fused = Fma(v.x, v.y, v.z);
  precise float product = v.x * v.y;
  precise float sum = product + v.z;
  result.multiply_add = sum;
  result.quotient = Divide(v.x, v.y);
  result.root = Sqrt(abs(v.x));
  result.half_bits = F16Bits(v.z);
  // A tree over shared memory: what the barrier of a workgroup orders.
  partial[lane] = floatBitsToUint(v.x);
  barrier();
  for (uint half_lanes = 32; half_lanes > 0; half_lanes /= 2) {
    if (lane < half_lanes) partial[lane] += partial[lane + half_lanes];
    barrier();
  }
  result.tree_sum = partial[0];
  result.spare0 = 0;
  result.spare1 = 0;
  found[at] = result;
}
