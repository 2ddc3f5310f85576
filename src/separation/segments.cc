#include "separation/segments.h"

#include <algorithm>

namespace musicgen::separation {

std::vector<Segment> SplitInSegments(int64_t samples, int64_t wanted, int64_t segment_samples) {
  const int64_t stride = segment_samples * 3 / 4;
  std::vector<Segment> segments;
  for (int64_t begin = 0; begin < std::min(wanted, samples); begin += stride) {
    Segment segment;
    segment.begin = begin;
    segment.samples = std::min(segment_samples, samples - begin);
    segment.input_begin = begin - (segment_samples - segment.samples) / 2;
    segment.input_samples = segment_samples;
    segments.push_back(segment);
  }
  return segments;
}

std::vector<float> FadeWeights(int64_t segment_samples) {
  const int64_t rising = segment_samples / 2, falling = segment_samples - rising;
  std::vector<float> weights;
  for (int64_t i = 1; i <= rising; ++i) weights.push_back(static_cast<float>(i));
  for (int64_t i = falling; i >= 1; --i) weights.push_back(static_cast<float>(i));
  for (float& weight : weights) weight /= static_cast<float>(falling);
  return weights;
}

}  // namespace musicgen::separation
