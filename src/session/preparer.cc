#include "session/preparer.h"

#include <chrono>
#include <exception>
#include <utility>

#include "base/cpu.h"

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
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
    for (Lane* lane : {&beside_, &on_team_}) {
      if (lane->at_hand != nullptr) lane->at_hand->Stop();
    }
  }
  changed_.notify_all();
  for (Lane* lane : {&beside_, &on_team_}) {
    if (lane->thread.joinable()) lane->thread.join();
  }
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
    Lane& lane = lend ? on_team_ : beside_;
    lane.queue.push_back(task);
    if (!lane.thread.joinable()) {
      lane.thread = std::thread([this, lend, &lane] {
        if (!lend) GiveWayToOthers();
        ThreadLoop(lane, lend ? team_ : alone_);
      });
    }
  }
  changed_.notify_all();
  return task;
}

bool Preparer::lent() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return on_team_.busy();
}

bool Preparer::busy() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return beside_.busy() || on_team_.busy();
}

void Preparer::Wait() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (beside_.busy() || on_team_.busy()) changed_.wait_for(lock, kWait);
}

void Preparer::ThreadLoop(Lane& lane, ThreadPool& pool) {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return closing_ || !lane.queue.empty(); });
    if (closing_) return;
    const Handle task = std::move(lane.queue.front());
    lane.queue.pop_front();
    lane.at_hand = task;
    lock.unlock();
    task->Run(pool);
    lock.lock();
    lane.at_hand.reset();
    changed_.notify_all();
  }
}

}  // namespace musicgen::session
