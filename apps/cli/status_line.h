// How far some work is, on stderr: a bar on a terminal, otherwise a line every few seconds.
#pragma once

#include <chrono>
#include <string>

namespace musicgen::cli {

// "1:05 left".
std::string TimeLeft(double seconds);

class StatusLine {
 public:
  // Silent when `enabled` is false.
  explicit StatusLine(bool enabled = true);
  ~StatusLine() { Finish(); }
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  // Counts the time to the first line from now on, not from the construction.
  void Restart() { shown_time_ = Clock::now(); }
  // Whether it is time to show something again.
  bool due() const;
  // `done` of 1, and what else is to be said.
  void Show(double done, const std::string& text);
  // Takes the bar away.
  void Finish();

 private:
  using Clock = std::chrono::steady_clock;

  const bool enabled_, terminal_;
  bool has_bar_ = false;
  Clock::time_point shown_time_ = Clock::now();
};

}  // namespace musicgen::cli
