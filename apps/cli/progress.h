// Progress on stderr: a bar on a terminal, otherwise a line every few seconds.
#pragma once

#include <chrono>
#include <optional>

#include "musicgen/musicgen.hpp"

namespace musicgen::cli {

class Progress {
 public:
  // Silent when `enabled` is false, but it still measures.
  explicit Progress(bool enabled);

  void Update(const GenerationProgress& progress);
  // Takes the bar away.
  void Finish();

  // Since the first report, which covers the text encoding; nothing before two reports came.
  std::optional<double> steps_per_s() const;

 private:
  using Clock = std::chrono::steady_clock;

  void Draw(const GenerationProgress& progress) const;

  const bool enabled_;
  const bool terminal_;
  std::optional<GenerationProgress> first_;
  GenerationProgress last_;
  Clock::time_point first_time_, last_time_, drawn_time_;
};

}  // namespace musicgen::cli
