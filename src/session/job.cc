#include "session/job.h"

namespace musicgen::session {

void JobWindow::Take(const lm::SampledColumn& column) {
  for (int64_t k = 0; k < sequence.codebooks; ++k) {
    sequence.at(k, column.step) = column.codes[static_cast<size_t>(k)];
  }
  columns_to = column.step + 1;
  const auto complete_at = [&](int64_t frame) {
    for (int64_t k = 0; k < sequence.codebooks; ++k) {
      if (pattern.StepOf(k, frame) > column.step) return false;
    }
    return true;
  };
  while (known < pattern.frames() && complete_at(known)) ++known;
}

Codes JobWindow::Frames(int64_t begin, int64_t end) const {
  Codes frames(sequence.codebooks, end - begin);
  for (int64_t k = 0; k < frames.codebooks; ++k) {
    for (int64_t t = begin; t < end; ++t) {
      frames.at(k, t - begin) = sequence.at(k, pattern.StepOf(k, t));
    }
  }
  return frames;
}

}  // namespace musicgen::session
