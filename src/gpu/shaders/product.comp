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

float sums[kSums];  // of one segment, [kRows][kColumns]; not `precise`, of which glslang would make a local

uint WordAt(uint k) {
  return WordOf(kFormat, (gl_WorkGroupID.x * inputs + k) * kTileOutputs + Thread() * kColumns);
}

void Add(uint k, uint word) {
  [[unroll]] for (uint r = 0; r < kRows; ++r) {
    const float each = x[(FirstRow() + r) * inputs + k];
    [[unroll]] for (uint c = 0; c < kColumns; ++c) {
      sums[r * kColumns + c] = Fma(each, Element(kFormat, word, c), sums[r * kColumns + c]);
    }
  }
}

uvec4 FourWords(uint k) {
  return uvec4(weights[WordAt(k)], weights[WordAt(k + 1)], weights[WordAt(k + 2)], weights[WordAt(k + 3)]);
}

void AddFour(uint k, uvec4 words) {
  Add(k, words.x);
  Add(k + 1, words.y);
  Add(k + 2, words.z);
  Add(k + 3, words.w);
}

void SumSegment(uint segment) {
  [[unroll]] for (uint i = 0; i < kSums; ++i) sums[i] = 0.0;
  uint k = segment * kSegment;
  const uint end = min(k + kSegment, inputs);
  // A card waits long for a word, and can wait for many at once.
  if (kLanes > 1) {
    [[dont_unroll]] for (; k + 16 <= end; k += 16) {
      const uvec4 a = FourWords(k), b = FourWords(k + 4), c = FourWords(k + 8), d = FourWords(k + 12);
      AddFour(k, a);
      AddFour(k + 4, b);
      AddFour(k + 8, c);
      AddFour(k + 12, d);
    }
  }
  [[dont_unroll]] for (; k < end; ++k) Add(k, weights[WordAt(k)]);
}

void main() {
  if (FirstRow() >= header.x) return;
  const uint segments = (inputs + kSegment - 1) / kSegment;
  precise float totals[kSums];  // of the outputs of this lane
  [[unroll]] for (uint i = 0; i < kSums; ++i) totals[i] = 0.0;
  for (uint begin = 0; begin < segments; begin += kLanes) {
    if (begin + Lane() < segments) SumSegment(begin + Lane());
    if (kLanes == 1) {
      [[unroll]] for (uint i = 0; i < kSums; ++i) totals[i] = begin == 0 ? sums[i] : totals[i] + sums[i];
      continue;
    }
    [[unroll]] for (uint i = 0; i < kSums; ++i) ends[EndOf(Lane(), i)] = sums[i];
    Meet();
    const uint count = min(kLanes, segments - begin);
    [[unroll]] for (uint i = 0; i < kSums; ++i) {
      if (!IsMine(i)) continue;
      for (uint s = 0; s < count; ++s) {
        totals[i] = begin + s == 0 ? ends[EndOf(s, i)] : totals[i] + ends[EndOf(s, i)];
      }
    }
    Meet();
  }
  [[unroll]] for (uint i = 0; i < kSums; ++i) {
    if (IsMine(i)) Finish(i, totals[i]);
  }
  Activate();
}
