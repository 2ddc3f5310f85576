// y [rows, N] = x [rows, K]·Wᵀ in the order of kernels/matmul.h: an invocation has one output of
// kRows rows, each a chain over the inputs. W as kernels/packed_matrix.h has it, in float.
#version 450
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "exact.glsl"
#include "functions.glsl"
#include "rows.glsl"

layout(constant_id = 2) const uint kRows = 1;
layout(constant_id = 3) const uint kEpilogue = 0;
const uint kStore = 0, kAccumulate = 1, kGelu = 2;
const uint kTileOutputs = 32;

layout(local_size_x = 64) in;
layout(push_constant) uniform Constants { uint inputs, outputs, which; };
layout(binding = 1, std430) readonly buffer X { float x[]; };
layout(binding = 2, std430) readonly buffer Weights { float weights[]; };
layout(binding = 3, std430) buffer Y { float y[]; };

void main() {
  const uint output_ = gl_GlobalInvocationID.x, first_row = gl_WorkGroupID.y * kRows;
  if (output_ >= outputs || first_row >= header.x) return;
  precise float sums[kRows];
  for (uint r = 0; r < kRows; ++r) sums[r] = 0.0;
  uint at = output_ / kTileOutputs * inputs * kTileOutputs + output_ % kTileOutputs;
  for (uint k = 0; k < inputs; ++k, at += kTileOutputs) {
    const float w = weights[at];
    for (uint r = 0; r < kRows; ++r) sums[r] = Fma(x[(first_row + r) * inputs + k], w, sums[r]);
  }
  for (uint r = 0; r < kRows; ++r) {
    const uint to = (first_row + r) * outputs + output_;
    if (!Takes(first_row + r, which)) continue;
    precise float value = sums[r];
    if (kEpilogue == kAccumulate) value = y[to] + value;
    y[to] = value;
  }
  if (kEpilogue != kGelu) return;
  // Once in the code, not once for each row: drivers compile it for seconds.
  [[dont_unroll]] for (uint r = 0; r < kRows; ++r) {
    const uint to = (first_row + r) * outputs + output_;
    if (Takes(first_row + r, which)) y[to] = Gelu(y[to]);
  }
}
