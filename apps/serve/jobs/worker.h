// Threads that do what they are given, in the order it came.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace musicgen::serve {

class Worker {
 public:
  // What is left at the end, and the place of its threads beside the others of this process.
  enum class Kind { kDoneAtTheEnd, kDroppedAtTheEnd };

  // With `gives_way` other threads have the processor first.
  Worker(int threads, Kind kind, bool gives_way);
  ~Worker();

  // What the work throws is dropped.
  void Post(std::function<void()> work);
  // Returns when nothing is left. Not from work.
  void WaitUntilIdle();

 private:
  void Loop();

  const Kind kind_;
  const bool gives_way_;
  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  int at_work_ = 0;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace musicgen::serve
