#include "lm/codebook_pattern.h"

#include <algorithm>

#include "base/check.h"

namespace musicgen::lm {

CodebookPattern::CodebookPattern(int64_t codebooks, int64_t frames, int64_t steps)
    : codebooks_(codebooks),
      frames_(frames),
      steps_(steps),
      frame_at_(static_cast<size_t>(codebooks * steps), -1),
      step_of_(static_cast<size_t>(codebooks * frames), -1) {}

void CodebookPattern::Put(int64_t codebook, int64_t frame, int64_t step) {
  frame_at_[static_cast<size_t>(codebook * steps_ + step)] = static_cast<int32_t>(frame);
  step_of_[static_cast<size_t>(codebook * frames_ + frame)] = step;
}

CodebookPattern CodebookPattern::Delay(const std::vector<int64_t>& delays, int64_t frames) {
  MG_CHECK(!delays.empty());
  const int64_t codebooks = static_cast<int64_t>(delays.size());
  CodebookPattern pattern(codebooks, frames,
                          frames + *std::max_element(delays.begin(), delays.end()) + 1);
  for (int64_t k = 0; k < codebooks; ++k) {
    for (int64_t t = 0; t < frames; ++t) pattern.Put(k, t, 1 + t + delays[static_cast<size_t>(k)]);
  }
  return pattern;
}

int64_t CodebookPattern::FirstStep(int64_t frame) const {
  if (frame >= frames_) return steps_;
  int64_t first = steps_;
  for (int64_t k = 0; k < codebooks_; ++k) first = std::min(first, StepOf(k, frame));
  return first;
}

Codes CodebookPattern::Build(const Codes& codes, int32_t special, int32_t unknown) const {
  MG_CHECK_EQ(codes.codebooks, codebooks_);
  MG_CHECK_LE(codes.frames, frames_);
  Codes sequence(codebooks_, steps_);
  for (int64_t k = 0; k < codebooks_; ++k) {
    for (int64_t s = 0; s < steps_; ++s) {
      const int32_t t = FrameAt(k, s);
      sequence.at(k, s) = t < 0 ? special : t < codes.frames ? codes.at(k, t) : unknown;
    }
  }
  return sequence;
}

Codes CodebookPattern::Revert(const Codes& sequence) const {
  MG_CHECK_EQ(sequence.frames, steps_);
  Codes codes(codebooks_, frames_);
  for (int64_t k = 0; k < codebooks_; ++k) {
    for (int64_t t = 0; t < frames_; ++t) codes.at(k, t) = sequence.at(k, StepOf(k, t));
  }
  return codes;
}

}  // namespace musicgen::lm
