// Jobs that have ended, until they are forgotten.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "serve/jobs/job_limits.h"
#include "serve/jobs/record.h"

namespace musicgen::serve {

using Records = std::unordered_map<std::string, std::shared_ptr<JobRecord>>;

// Guarded by the lock of Jobs.
class Archive {
 public:
  explicit Archive(const JobLimits& limits) : limits_(limits) {}

  void Add(const std::shared_ptr<JobRecord>& record, Records& records);
  // Forgets what is too old by now.
  void Age(double now_s, Records& records);
  // When the next one is; 0: none.
  double next_end_s() const;

 private:
  void Forget(Records& records);

  const JobLimits limits_;
  std::deque<std::shared_ptr<JobRecord>> ended_;  // by time
  size_t first_with_sound_ = 0;                   // in `ended_`
  uint64_t sound_bytes_ = 0;
};

}  // namespace musicgen::serve
