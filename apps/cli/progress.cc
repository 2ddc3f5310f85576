#include "cli/progress.h"

#include <cstdio>
#include <string>

namespace musicgen::cli {

void Progress::Update(const GenerationProgress& progress) {
  const Clock::time_point now = Clock::now();
  if (!first_) {
    first_ = progress;
    first_time_ = now;
    line_.Restart();
  }
  last_ = progress;
  last_time_ = now;
  if (line_.due()) Draw(progress);
}

void Progress::Draw(const GenerationProgress& progress) {
  const double done = progress.steps_total > 0 ? static_cast<double>(progress.steps_done) /
                                                     static_cast<double>(progress.steps_total)
                                               : 1.0;
  const double rate = steps_per_s().value_or(0.0);
  const auto left = static_cast<double>(progress.steps_total - progress.steps_done);
  char speed[64];
  std::snprintf(speed, sizeof speed, "%.1f steps/s  ", rate);
  line_.Show(done, speed + (rate > 0 ? TimeLeft(left / rate) : ""));
}

std::optional<double> Progress::steps_per_s() const {
  if (!first_ || last_.steps_done <= first_->steps_done) return std::nullopt;
  const double seconds = std::chrono::duration<double>(last_time_ - first_time_).count();
  if (!(seconds > 0)) return std::nullopt;
  return static_cast<double>(last_.steps_done - first_->steps_done) / seconds;
}

}  // namespace musicgen::cli
