#include "session/preparer.h"

#include <chrono>
#include <exception>
#include <utility>

namespace musicgen::session {
namespace {

constexpr auto kWait = std::chrono::milliseconds(20);

}  // namespace

void Preparer::Task::Run(ThreadPool& pool) {
  if (!stop_.load(std::memory_order_relaxed)) {
    try {
      work_(pool, stop_);
    } catch (const std::exception&) {
      error_ = CurrentError("preparing a request");
    }
  }
  work_ = nullptr;  // and what it holds
  done_.store(true, std::memory_order_release);
}

Preparer::~Preparer() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
    if (at_hand_ != nullptr) at_hand_->Stop();
  }
  changed_.notify_all();
  thread_.join();
}

Preparer::Handle Preparer::RunNow(Work work) {
  auto task = std::make_shared<Task>(std::move(work));
  task->Run(team_);
  return task;
}

Preparer::Handle Preparer::Start(Work work, bool lend) {
  auto task = std::make_shared<Task>(std::move(work));
  {
    std::lock_guard<std::mutex> lock(mutex_);
    queue_.push_back({task, lend});
    if (lend) lent_.fetch_add(1, std::memory_order_acq_rel);
    if (!thread_.joinable()) thread_ = std::thread([this] { ThreadLoop(); });
  }
  changed_.notify_all();
  return task;
}

bool Preparer::busy() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return !queue_.empty() || at_hand_ != nullptr;
}

void Preparer::Wait() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (queue_.empty() && at_hand_ == nullptr) return;
  changed_.wait_for(lock, kWait);
}

void Preparer::ThreadLoop() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return closing_ || !queue_.empty(); });
    if (closing_) return;
    const Queued next = std::move(queue_.front());
    queue_.pop_front();
    at_hand_ = next.task;
    lock.unlock();
    next.task->Run(next.lend ? team_ : alone_);
    lock.lock();
    at_hand_.reset();
    if (next.lend) lent_.fetch_sub(1, std::memory_order_acq_rel);
    changed_.notify_all();
  }
}

}  // namespace musicgen::session
