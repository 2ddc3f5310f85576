// What monitoring reads: Prometheus' text format.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "serve/http/server.h"
#include "serve/jobs/jobs.h"

namespace musicgen::serve {

// Counts the answers. Thread-safe.
class Metrics {
 public:
  void Count(const AccessRecord& record);
  std::string Write(const Jobs& jobs, int connections) const;

 private:
  mutable std::mutex mutex_;
  std::map<int, uint64_t> answers_;  // by status; 0: none was sent
  uint64_t bytes_received_ = 0, bytes_sent_ = 0;
  double seconds_ = 0;
};

}  // namespace musicgen::serve
