#include "session/preparer.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/cpu.h"

namespace musicgen::session {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kWait = std::chrono::milliseconds(20);
// So long may work be away from the team before it counts as doing something else.
constexpr auto kAlone = std::chrono::milliseconds(1);

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

Preparer::Preparer(ThreadPool& team)
    : team_(team),
      guest_(
          team, [this] { EnterTeam(); }, [this] { LeaveTeam(); }) {}

Preparer::~Preparer() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
    if (at_hand_ != nullptr) at_hand_->Stop();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Preparer::Handle Preparer::RunNow(Work work) {
  auto task = std::make_shared<Task>(std::move(work));
  task->Run(team_);
  return task;
}

Preparer::Handle Preparer::Start(Work work) {
  auto task = std::make_shared<Task>(std::move(work));
  {
    std::lock_guard<std::mutex> lock(mutex_);
    queue_.push_back(task);
    if (!thread_.joinable()) {
      thread_ = std::thread([this] {
        GiveWayToOthers();
        ThreadLoop();
      });
    }
  }
  changed_.notify_all();
  return task;
}

bool Preparer::busy() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return !queue_.empty() || at_hand_ != nullptr;
}

bool Preparer::wants_team() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return waits_;
}

void Preparer::EnterTeam() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!lent_) {
    waits_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return lent_ || closing_; });
    waits_ = false;
  }
  on_team_ = true;
  ++entered_;
}

void Preparer::LeaveTeam() {
  std::lock_guard<std::mutex> lock(mutex_);
  on_team_ = false;
  if (!lent_) changed_.notify_all();
}

void Preparer::LendTeam(std::chrono::milliseconds turn) {
  std::unique_lock<std::mutex> lock(mutex_);
  lent_ = true;
  changed_.notify_all();
  const Clock::time_point end = Clock::now() + turn;
  // Between its runs the work does little alone; where it does more, the turn is over.
  for (uint64_t seen = entered_ - 1; seen != entered_ || on_team_ || waits_;) {
    seen = entered_;
    const auto tick = std::min(end, Clock::now() + kAlone);
    changed_.wait_until(lock, tick, [&] { return Clock::now() >= tick; });
    if (Clock::now() >= end) break;
  }
  lent_ = false;
  changed_.wait(lock, [this] { return !on_team_; });
}

void Preparer::Wait() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (waits_ || (queue_.empty() && at_hand_ == nullptr)) return;
  const Handle task = at_hand_;
  changed_.wait_for(lock, kWait, [&] { return waits_ || (task != nullptr && at_hand_ != task); });
}

void Preparer::ThreadLoop() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    if (closing_) return;
    at_hand_ = std::move(queue_.front());
    queue_.pop_front();
    const Handle task = at_hand_;
    lock.unlock();
    task->Run(guest_);
    lock.lock();
    at_hand_.reset();
    changed_.notify_all();
  }
}

}  // namespace musicgen::session
