// A fixed team of threads that runs one function at a time, with barriers inside it. Threads spin
// briefly before they sleep, because the stages of a decode step are microseconds apart, and part
// where two of them are on one processor.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace musicgen {

struct Range {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t size() const { return end - begin; }
};

class ThreadPool;

inline constexpr size_t kWorkerScratchBytes = size_t{288} * 1024;

// What the function knows of the thread it runs on.
class Worker {
 public:
  int index() const { return index_; }
  int count() const { return count_; }
  // This thread's contiguous share of [0, n), in multiples of `grain` (the last share ends at n).
  Range Split(int64_t n, int64_t grain = 1) const;
  // kWorkerScratchBytes of this thread's own, aligned to 64, for whatever a function needs until it
  // returns: a stack may be smaller.
  void* scratch() const;
  // Returns once every thread of the team has called it; writes before it are visible after it.
  // Throws when another thread's body has thrown and so will not come: the body lets that pass.
  void Barrier();

 private:
  friend class ThreadPool;
  Worker(ThreadPool* pool, int index, int count) : pool_(pool), index_(index), count_(count) {}
  ThreadPool* pool_;
  int index_;
  int count_;
};

class ThreadPool {
 public:
  // threads ≥ 1 counts the calling thread. Throws Error(kFailure) when the system gives no more.
  explicit ThreadPool(int threads);
  // Another name for `team`, for a thread that shares it in turns with its owner: before each Run
  // `enter` is called, which may wait, and after it `leave`, which may not throw.
  ThreadPool(ThreadPool& team, std::function<void()> enter, std::function<void()> leave);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return size_; }

  // Runs `body` once on every thread of the team, the caller's among them, and returns when all are
  // done. Calls from several threads take turns; a call from inside `body` is a bug.
  // A body may throw. The others then go on to their end, or to the next Barrier, which throws in
  // their turn; once all have left, Run throws the first body's exception on the calling thread.
  // What the bodies were writing is half written; the team is ready for the next Run.
  void Run(const std::function<void(Worker&)>& body);

 private:
  friend class Worker;
  void WorkerLoop(int index);
  void RunBody(int index) noexcept;
  void Barrier(int index);
  void Stop();
  // Where the thread runs.
  int NoteProcessor(int index);
  // Goes elsewhere if one of a smaller index was seen there last; false: it stayed.
  bool LeavesProcessor(int index);
  // Waits while `atomic` holds `old`.
  template <class T>
  void Wait(int index, const std::atomic<T>& atomic, T old);

  struct alignas(64) Scratch {
    char bytes[kWorkerScratchBytes];
  };

  const int size_;
  ThreadPool* const team_ = nullptr;  // of which this is another name
  const std::function<void()> enter_, leave_;
  const std::unique_ptr<Scratch[]> scratch_;
  const bool fits_ = true;                                // there is a processor for each
  const std::unique_ptr<std::atomic<int>[]> processors_;  // where each thread was seen last
  std::mutex run_mutex_;                                  // one Run at a time

  std::atomic<uint64_t> generation_{0};
  std::atomic<bool> stop_{false};
  std::atomic<int> running_{0};
  const std::function<void(Worker&)>* body_ = nullptr;

  std::atomic<uint32_t> barrier_arrived_{0};
  std::atomic<uint32_t> barrier_phase_{0};

  std::atomic<bool> failed_{false};  // a body of this Run has thrown
  std::mutex problem_mutex_;
  std::exception_ptr problem_;  // what it threw

  std::vector<std::thread> threads_;
};

}  // namespace musicgen
