// How far a generation is, on stderr.
#pragma once

#include <chrono>
#include <optional>

#include "cli/status_line.h"
#include "musicgen/musicgen.hpp"

namespace musicgen::cli {

class Progress {
 public:
  // Silent when `enabled` is false, but it still measures.
  explicit Progress(bool enabled) : line_(enabled) {}

  void Update(const GenerationProgress& progress);
  // Takes the bar away.
  void Finish() { line_.Finish(); }

  // Since the first report, which covers the text encoding; nothing before two reports came.
  std::optional<double> steps_per_s() const;

 private:
  using Clock = std::chrono::steady_clock;

  void Draw(const GenerationProgress& progress);

  StatusLine line_;
  std::optional<GenerationProgress> first_;
  GenerationProgress last_;
  Clock::time_point first_time_, last_time_;
};

}  // namespace musicgen::cli
