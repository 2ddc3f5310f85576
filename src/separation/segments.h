// How a recording is cut for a network that sees segments of one length, and how the results are
// joined: demucs' apply_model with split, overlap 0.25 and transition power 1.
#pragma once

#include <cstdint>
#include <vector>

namespace musicgen::separation {

// What the network is given are `input_samples` of the recording from `input_begin` on, which may
// lie outside of it: there is silence, but between there is real sound, also beside the samples
// that this segment is wanted for.
struct Segment {
  int64_t begin = 0, samples = 0;  // of the recording
  int64_t input_begin = 0, input_samples = 0;

  int64_t skip() const { return begin - input_begin; }  // of the network's output
};

// The segments that reach into the first `wanted` of a recording's samples.
std::vector<Segment> SplitInSegments(int64_t samples, int64_t wanted, int64_t segment_samples);

// [segment_samples]: how much each sample of a segment weighs where two overlap: a triangle.
std::vector<float> FadeWeights(int64_t segment_samples);

}  // namespace musicgen::separation
