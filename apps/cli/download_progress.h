// What a download says on stderr: each repository with its size and licence, then a bar on a
// terminal, otherwise a line every few seconds.
#pragma once

#include <chrono>
#include <set>
#include <string>

#include "musicgen/download.hpp"

namespace musicgen::cli {

class DownloadDisplay {
 public:
  DownloadDisplay();
  ~DownloadDisplay();

  void Update(const DownloadProgress& progress);
  // Takes the bar away.
  void Finish();

 private:
  using Clock = std::chrono::steady_clock;

  void Announce(const DownloadProgress& progress);
  void Draw(const DownloadProgress& progress, double bytes_per_s) const;

  const bool terminal_;
  std::set<std::string> announced_;  // repositories
  bool drawn_ = false;
  uint64_t first_bytes_ = 0;  // done when the bar began
  Clock::time_point first_time_, drawn_time_;
};

}  // namespace musicgen::cli
