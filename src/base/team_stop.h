// Lets a team of threads leave its work together when someone outside asks for it.
#pragma once

#include <atomic>

#include "base/thread_pool.h"

namespace musicgen {

// What the workers of one Run share.
class TeamStop {
 public:
  // Null: nobody will ask. The flag must outlive the Run and may be set from anywhere.
  explicit TeamStop(const std::atomic<bool>* flag) : flag_(flag) {}

 private:
  friend class StopBarrier;
  const std::atomic<bool>* flag_;
  // What the first worker read, by turns: it writes one while slower workers still read the other.
  bool read_[2] = {false, false};
};

// One worker's part. The first worker alone reads the flag, so that all see it at the same barrier.
class StopBarrier {
 public:
  StopBarrier(TeamStop* team, Worker* worker) : team_(*team), worker_(*worker) {}

  Worker& worker() { return worker_; }

  // The team's barrier. False once the flag is set, for every worker at the same call; nobody may
  // call it again then.
  bool Pass() {
    bool& read = team_.read_[turn_];
    turn_ ^= 1;
    if (worker_.index() == 0) {
      read = team_.flag_ != nullptr && team_.flag_->load(std::memory_order_relaxed);
    }
    worker_.Barrier();
    return !read;
  }

 private:
  TeamStop& team_;
  Worker& worker_;
  int turn_ = 0;
};

}  // namespace musicgen
