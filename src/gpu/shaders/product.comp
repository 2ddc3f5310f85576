// Products with weights of 32 or sixteen bits, as kernels/packed_matrix.h has them.
#version 450
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "exact.glsl"
#include "functions.glsl"
#include "rows.glsl"
#include "formats.glsl"
#include "product.glsl"

const uint kSegment = 64;

layout(binding = 1, std430) readonly buffer X { float x[]; };
layout(binding = 2, std430) readonly buffer Weights { uint weights[]; };

uint Segments() { return (inputs + kSegment - 1) / kSegment; }

void SumSegment(uint segment, uint first_row, uint tile, uint column) {
  const uint begin = segment * kSegment, end = min(begin + kSegment, inputs);
  uint from = (tile * inputs + begin) * kTileOutputs + column;
  for (uint k = begin; k < end; ++k, from += kTileOutputs) {
    const float w = Element(kFormat, weights[WordOf(kFormat, from)], from);
    for (uint r = 0; r < kRows; ++r) sums[r] = Fma(x[(first_row + r) * inputs + k], w, sums[r]);
  }
}
