// Work that a request needs before its steps, or beside them: text encoder, chroma, audio prompts.
// It may take seconds, which no running stream waits for.
#pragma once

#include <atomic>
#include <condition_variable>
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
  explicit Preparer(ThreadPool& team) : team_(team) {}
  // Stops what is left and waits for it.
  ~Preparer();
  Preparer(const Preparer&) = delete;
  Preparer& operator=(const Preparer&) = delete;

  // At once, on the team and the caller's thread.
  Handle RunNow(Work work);
  // On a thread beside the team's, which gives way to it, one after another. With `lend`, on the
  // team, which the caller leaves alone while lent() is true.
  Handle Start(Work work, bool lend);
  // Whether the team is lent.
  bool lent() const;
  bool busy() const;
  // Until some work is done, but 20 ms at the most.
  void Wait();

 private:
  // A thread, started when first needed, and its work.
  struct Lane {
    std::deque<Handle> queue;
    Handle at_hand;
    std::thread thread;
    bool busy() const { return !queue.empty() || at_hand != nullptr; }
  };
  void ThreadLoop(Lane& lane, ThreadPool& pool);

  ThreadPool& team_;
  ThreadPool alone_{1};
  mutable std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  Lane beside_, on_team_;
  bool closing_ = false;
};

}  // namespace musicgen::session
