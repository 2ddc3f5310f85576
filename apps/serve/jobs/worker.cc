#include "serve/jobs/worker.h"

#include <sys/resource.h>
#include <unistd.h>

#include <exception>
#include <utility>

namespace musicgen::serve {
namespace {

constexpr int kGivingWay = 10;  // of 19, as nice(1) counts

}  // namespace

Worker::Worker(int threads, Kind kind, bool gives_way) : kind_(kind), gives_way_(gives_way) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Loop(); });
}

Worker::~Worker() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
    if (kind_ == Kind::kDroppedAtTheEnd) waiting_.clear();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Worker::Post(std::function<void()> work) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (closing_ && kind_ == Kind::kDroppedAtTheEnd) return;
    waiting_.push_back(std::move(work));
  }
  changed_.notify_all();
}

void Worker::WaitUntilIdle() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [&] { return waiting_.empty() && at_work_ == 0; });
}

void Worker::Loop() {
  // Of this thread alone, as Linux has it.
  if (gives_way_) setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kGivingWay);
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    std::function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    ++at_work_;
    lock.unlock();
    try {
      work();
    } catch (const std::exception&) {
      // Whoever posts it has its own way to say so.
    }
    work = nullptr;  // what it holds is given back before anybody sees that it is done
    lock.lock();
    --at_work_;
    changed_.notify_all();
  }
}

}  // namespace musicgen::serve
