// Adds up what the stages of decode steps take. Written by one thread, worker 0, whose time is the
// team's: the barriers hold it up until the slowest is done.
#pragma once

#include <chrono>

#include "musicgen/step_stages.hpp"

namespace musicgen::lm {

class StageClock {
 public:
  void Start() { last_ = std::chrono::steady_clock::now(); }
  // `stage` has ended; the next one begins.
  void Note(StepStage stage) {
    const auto now = std::chrono::steady_clock::now();
    seconds_[static_cast<size_t>(stage)] += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }
  const StageSeconds& seconds() const { return seconds_; }

 private:
  StageSeconds seconds_{};
  std::chrono::steady_clock::time_point last_;
};

}  // namespace musicgen::lm
