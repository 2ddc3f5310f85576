// Work that is due later, on a thread of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace musicgen::serve {

// Thread-safe.
class Timer {
 public:
  Timer();
  ~Timer() { Stop(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Runs `work`, which returns at once and throws nothing, in so many seconds.
  void After(double seconds, std::function<void()> work);
  // Drops what is due and what is still to come.
  void Stop();

 private:
  using Clock = std::chrono::steady_clock;

  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Clock::time_point, std::function<void()>> due_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace musicgen::serve
