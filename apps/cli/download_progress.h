// What a download says on stderr: each repository with its size and licence, then a bar on a
// terminal, otherwise a line every few seconds.
#pragma once

#include <chrono>
#include <set>
#include <string>

#include "cli/status_line.h"
#include "musicgen/download.hpp"

namespace musicgen::cli {

class DownloadDisplay {
 public:
  void Update(const DownloadProgress& progress);
  // Takes the bar away.
  void Finish() { line_.Finish(); }

 private:
  using Clock = std::chrono::steady_clock;

  void Announce(const DownloadProgress& progress);
  void Draw(const DownloadProgress& progress, double bytes_per_s);

  StatusLine line_;
  std::set<std::string> announced_;  // repositories
  uint64_t first_bytes_ = 0;         // done when the bar began
  Clock::time_point first_time_;
};

}  // namespace musicgen::cli
