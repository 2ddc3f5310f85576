// Work that a request needs before its steps: text encoder, chroma, audio prompts. It may take
// seconds, for which no running stream waits: it has the team between the steps, for a moment each.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "base/error.h"
#include "base/thread_pool.h"

namespace musicgen::session {

class Preparer {
 public:
  // `stop` becomes true when nobody wants the result any more.
  using Work = std::function<void(ThreadPool& pool, const std::atomic<bool>& stop)>;

  class Task {
   public:
    explicit Task(Work work) : work_(std::move(work)) {}
    // Also of work that failed.
    bool done() const { return done_.load(std::memory_order_acquire); }
    // Once done.
    const std::optional<Error>& error() const { return error_; }
    void Stop() { stop_.store(true, std::memory_order_relaxed); }
    void Run(ThreadPool& pool);

   private:
    Work work_;
    std::atomic<bool> stop_{false}, done_{false};
    std::optional<Error> error_;
  };
  using Handle = std::shared_ptr<Task>;

  // `team` outlives the preparer.
  explicit Preparer(ThreadPool& team);
  // Stops what is left and waits for it.
  ~Preparer();
  Preparer(const Preparer&) = delete;
  Preparer& operator=(const Preparer&) = delete;

  // At once, on the team and the caller's thread.
  Handle RunNow(Work work);
  // On a thread of its own, one after another. Where work wants the team, it waits for LendTeam();
  // what it does alone goes on beside the caller, and gives way to it.
  Handle Start(Work work);
  // Whether any is left.
  bool busy() const;
  // Whether work waits for the team.
  bool wants_team() const;
  // Leaves the team to the work for `turn`, or until it wants no more of it. A run of the team that
  // has begun is waited for.
  void LendTeam(std::chrono::milliseconds turn);
  // Until some work is done or wants the team, but 20 ms at the most.
  void Wait();

 private:
  void ThreadLoop();
  void EnterTeam();
  void LeaveTeam();

  ThreadPool& team_;
  ThreadPool guest_;          // the team, in turns
  mutable std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::deque<Handle> queue_;
  Handle at_hand_;
  bool closing_ = false;
  bool lent_ = false;     // new runs may begin
  bool waits_ = false;    // one wants to
  bool on_team_ = false;  // one has begun
  uint64_t entered_ = 0;  // how many have
  std::thread thread_;    // started when first needed
};

}  // namespace musicgen::session
