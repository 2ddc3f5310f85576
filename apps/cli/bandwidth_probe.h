// Measures the memory's bandwidth in between a program's work.
#pragma once

#include <sys/types.h>

#include <vector>

namespace musicgen::cli {

// A process of its own holds the buffer, so that the program's peak of memory stays its own.
class BandwidthProbe {
 public:
  // Forks: make it before the first thread.
  BandwidthProbe();
  ~BandwidthProbe();
  BandwidthProbe(const BandwidthProbe&) = delete;
  BandwidthProbe& operator=(const BandwidthProbe&) = delete;

  // Makes the buffer and warms it up.
  void Prepare(int threads);
  // One pass; the caller does nothing else meanwhile. Throws Error(kFailure).
  void Pass();
  // Bytes per second of the passes so far.
  const std::vector<double>& passes() const { return passes_; }
  double Best() const;

 private:
  double Ask(int threads);

  pid_t child_ = -1;
  int to_child_ = -1, from_child_ = -1;
  std::vector<double> passes_;
};

}  // namespace musicgen::cli
