#include "serve/routes/timer.h"

#include <utility>

namespace musicgen::serve {

Timer::Timer() : thread_([this] { Run(); }) {}

void Timer::Stop() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Timer::After(double seconds, std::function<void()> work) {
  const auto delay =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  const std::lock_guard lock(mutex_);
  if (ends_) return;
  due_.emplace(Clock::now() + delay, std::move(work));
  changed_.notify_all();
}

void Timer::Run() {
  std::unique_lock lock(mutex_);
  while (!ends_) {
    if (due_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const Clock::time_point next = due_.begin()->first;
    if (Clock::now() < next) {
      changed_.wait_until(lock, next);
      continue;
    }
    const auto node = due_.extract(due_.begin());
    lock.unlock();
    node.mapped()();
    lock.lock();
  }
}

}  // namespace musicgen::serve
