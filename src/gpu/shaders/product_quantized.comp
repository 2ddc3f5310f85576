// Products with weights of eight or four bits in groups of 32 inputs, as
// kernels/cpu/matmul_quantized.h has them, and inputs that quantize.comp made integers.
#version 450
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "exact.glsl"
#include "functions.glsl"
#include "rows.glsl"
#include "formats.glsl"
#include "integers.glsl"
#include "product.glsl"

const uint kQ8 = 3;
const uint kGroup = 32, kSegmentGroups = 16, kGroupWords = 8;
const uint kScaleWords = kTileOutputs / 2;  // of a group: f16

layout(binding = 1, std430) readonly buffer Digits { uint digits[]; };  // [rows][kParts][groups][8]
layout(binding = 2, std430) readonly buffer Weights { uint weights[]; };
layout(binding = 4, std430) readonly buffer Scales { float scales[]; };  // [rows][kParts][groups]

uint Groups() { return inputs / kGroup; }
uint Segments() { return (Groups() + kSegmentGroups - 1) / kSegmentGroups; }

void SumSegment(uint segment, uint first_row, uint tile, uint column) {
  const uint groups = Groups(), words = kTileOutputs * (kFormat == kQ8 ? 8u : 4u);
  const uint begin = segment * kSegmentGroups, end = min(begin + kSegmentGroups, groups);
  uint group = (tile * groups + begin) * (kScaleWords + words);
  for (uint g = begin; g < end; ++g, group += kScaleWords + words) {
    const float scale = Element(kF16, weights[group + column / 2], column);
    uint w[kGroupWords];  // four weights each
    if (kFormat == kQ8) {
      for (uint i = 0; i < 8; ++i) w[i] = weights[group + kScaleWords + i * kTileOutputs + column];
    } else {
      for (uint i = 0; i < 4; ++i) {
        const uint both = weights[group + kScaleWords + i * kTileOutputs + column];
        w[i] = both & 0x0f0f0f0fu;
        w[i + 4] = (both >> 4) & 0x0f0f0f0fu;
      }
    }
    for (uint i = 0; i < kRows * kParts; ++i) {
      const uint from = (first_row * kParts + i) * groups + g;
      int dot = 0, sum = 0;
      for (uint j = 0; j < kGroupWords; ++j) {
        const uint x = digits[from * kGroupWords + j];
        dot += Dot(w[j], x);
        if (kFormat != kQ8) sum += Dot(0x01010101u, x);
      }
      if (kFormat != kQ8) dot -= 8 * sum;  // weights of four bits are 8 too large
      precise float both = scale * scales[from];
      sums[i] = Fma(float(dot), both, sums[i]);
    }
  }
}
