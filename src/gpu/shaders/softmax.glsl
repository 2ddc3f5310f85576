// The scores of a workgroup's head and row, and what all its lanes, a power of two and at least 64,
// need of them together.

const uint kSumLanes = 16;  // kernels/norm.h
shared float scores[kMostPages * kPagePositions];
shared float partial[1024];  // of each lane

// The largest of what the lanes have.
float LargestOf(float value) {
  const uint lane = gl_LocalInvocationID.x;
  partial[lane] = value;
  barrier();
  for (uint half_lanes = gl_WorkGroupSize.x / 2; half_lanes > 0; half_lanes /= 2) {
    if (lane < half_lanes) {
      const float other = partial[lane + half_lanes];
      partial[lane] = other > partial[lane] ? other : partial[lane];
    }
    barrier();
  }
  const float largest = partial[0];
  barrier();
  return largest;
}

// The sum of the first `count`, which the lanes have written since the last barrier.
float SumOfScores(uint count) {
  const uint lane = gl_LocalInvocationID.x;
  barrier();
  if (lane < kSumLanes) {
    precise float sum = 0.0;
    for (uint key = lane; key < count; key += kSumLanes) sum = sum + scores[key];
    partial[lane] = sum;
  }
  barrier();
  for (uint half_lanes = kSumLanes / 2; half_lanes > 0; half_lanes /= 2) {
    if (lane < half_lanes) {
      precise float sum = partial[lane] + partial[lane + half_lanes];
      partial[lane] = sum;
    }
    barrier();
  }
  const float sum = partial[0];
  barrier();
  return sum;
}
