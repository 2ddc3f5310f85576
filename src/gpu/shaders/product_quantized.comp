// Products with weights of eight or four bits in groups of 32 inputs, as
// kernels/cpu/matmul_quantized.h has them, and inputs that quantize.comp made integers. A lane finds
// the whole numbers of one group, which no order changes; those of a segment's groups are scaled and
// added in turn.
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

shared float weight_scales[kLanes * kTileOutputs];

void SumGroup(uint groups, uint group) {
  const uint words = kTileOutputs * (kFormat == kQ8 ? 8u : 4u), column = Thread();
  const uint first = (gl_WorkGroupID.x * groups + group) * (kScaleWords + words);
  weight_scales[gl_LocalInvocationID.x] = Element(kF16, weights[first + column / 2], column);
  uint w[kGroupWords];  // four weights each
  if (kFormat == kQ8) {
    for (uint i = 0; i < 8; ++i) w[i] = weights[first + kScaleWords + i * kTileOutputs + column];
  } else {
    for (uint i = 0; i < 4; ++i) {
      const uint both = weights[first + kScaleWords + i * kTileOutputs + column];
      w[i] = both & 0x0f0f0f0fu;
      w[i + 4] = (both >> 4) & 0x0f0f0f0fu;
    }
  }
  for (uint i = 0; i < kSums; ++i) {
    const uint from = ((FirstRow() * kParts + i) * groups + group) * kGroupWords;
    int dot = 0, sum = 0;
    for (uint j = 0; j < kGroupWords; ++j) {
      const uint x = digits[from + j];
      dot += Dot(w[j], x);
      if (kFormat != kQ8) sum += Dot(0x01010101u, x);
    }
    if (kFormat != kQ8) dot -= 8 * sum;  // weights of four bits are 8 too large
    ends[EndOf(Lane(), i)] = float(dot);
  }
}

float sums[kSums];  // of one segment; not `precise`, of which glslang would make a local

void main() {
  if (FirstRow() >= header.x) return;
  const uint groups = inputs / kGroup;
  precise float totals[kSums];  // of the outputs of this lane
  for (uint i = 0; i < kSums; ++i) {
    sums[i] = 0.0;
    totals[i] = 0.0;
  }
  for (uint begin = 0; begin < groups; begin += kLanes) {
    if (begin + Lane() < groups) SumGroup(groups, begin + Lane());
    Meet();
    const uint count = min(kLanes, groups - begin);
    for (uint i = 0; i < kSums; ++i) {
      if (!IsMine(i / kParts)) continue;
      for (uint s = 0; s < count; ++s) {
        const uint group = begin + s;
        if (group > 0 && group % kSegmentGroups == 0) {
          totals[i] = group == kSegmentGroups ? sums[i] : totals[i] + sums[i];
          sums[i] = 0.0;
        }
        precise float both = weight_scales[s * kTileOutputs + Thread()] *
                             scales[(FirstRow() * kParts + i) * groups + group];
        sums[i] = Fma(ends[EndOf(s, i)], both, sums[i]);
      }
    }
    Meet();
  }
  for (uint row = 0; row < kRows; ++row) {
    if (!IsMine(row)) continue;
    precise float total = 0.0;
    for (uint part = 0; part < kParts; ++part) {
      const uint i = row * kParts + part;
      precise float of_part = groups <= kSegmentGroups ? sums[i] : totals[i] + sums[i];
      total = part == 0 ? of_part : total + of_part;
    }
    Finish(row, total);
  }
  Activate();
}
