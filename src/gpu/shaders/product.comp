// Products with weights of 32 or sixteen bits, as kernels/packed_matrix.h has them.
#version 450
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "exact.glsl"
#include "functions.glsl"
#include "rows.glsl"
#include "formats.glsl"
#include "product.glsl"

layout(constant_id = 8) const uint kAhead = 1;  // inputs whose weights are asked for at once
const uint kSegment = 64;

layout(binding = 1, std430) readonly buffer X { float x[]; };
layout(binding = 2, std430) readonly buffer Weights { uint weights[]; };

float sums[kSums];  // of one segment, [kRows][kColumns]; not `precise`, of which glslang would make a local

uint WordAt(uint k) {
  return WordOf(kFormat, (gl_WorkGroupID.x * inputs + k) * kTileOutputs + Thread() * kColumns);
}

void Add(uint k, uint word) {
  for (uint r = 0; r < kRows; ++r) {
    const float each = x[(FirstRow() + r) * inputs + k];
    for (uint c = 0; c < kColumns; ++c) {
      sums[r * kColumns + c] = Fma(each, Element(kFormat, word, c), sums[r * kColumns + c]);
    }
  }
}

void SumSegment(uint segment) {
  for (uint i = 0; i < kSums; ++i) sums[i] = 0.0;
  uint k = segment * kSegment;
  const uint end = min(k + kSegment, inputs);
  for (; k + kAhead <= end; k += kAhead) {
    uint words[kAhead];
    for (uint j = 0; j < kAhead; ++j) words[j] = weights[WordAt(k + j)];
    for (uint j = 0; j < kAhead; ++j) Add(k + j, words[j]);
  }
  if (kAhead == 1) return;
  [[dont_unroll]] for (; k < end; ++k) Add(k, weights[WordAt(k)]);
}

void main() {
  if (FirstRow() >= header.x) return;
  const uint segments = (inputs + kSegment - 1) / kSegment;
  precise float totals[kSums];  // of the outputs of this lane
  for (uint i = 0; i < kSums; ++i) totals[i] = 0.0;
  for (uint begin = 0; begin < segments; begin += kLanes) {
    if (begin + Lane() < segments) SumSegment(begin + Lane());
    if (kLanes == 1) {
      for (uint i = 0; i < kSums; ++i) totals[i] = begin == 0 ? sums[i] : totals[i] + sums[i];
      continue;
    }
    for (uint i = 0; i < kSums; ++i) ends[EndOf(Lane(), i)] = sums[i];
    Meet();
    const uint count = min(kLanes, segments - begin);
    for (uint i = 0; i < kSums; ++i) {
      if (!IsMine(i)) continue;
      for (uint s = 0; s < count; ++s) {
        totals[i] = begin + s == 0 ? ends[EndOf(s, i)] : totals[i] + ends[EndOf(s, i)];
      }
    }
    Meet();
  }
  for (uint i = 0; i < kSums; ++i) {
    if (IsMine(i)) Finish(i, totals[i]);
  }
  Activate();
}
