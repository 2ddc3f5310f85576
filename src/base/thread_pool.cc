#include "base/thread_pool.h"

#include <algorithm>
#include <span>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "base/cpu.h"
#include "base/error.h"

namespace musicgen {
namespace {

// About 20 µs of spinning covers the gaps inside a decode step; what waits longer sleeps and leaves
// the core to others.
constexpr int kSpins = 4000;

inline void Pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#else
  std::atomic_signal_fence(std::memory_order_seq_cst);
#endif
}

// Spins while `atomic` holds `old`; false when that was too short.
template <class T>
bool ChangesSoon(const std::atomic<T>& atomic, T old) {
  for (int i = 0; i < kSpins; ++i) {
    if (atomic.load(std::memory_order_acquire) != old) return true;
    Pause();
  }
  return false;
}

// Ends a body at a barrier that another thread will not reach.
struct Abandoned {};

}  // namespace

Range Worker::Split(int64_t n, int64_t grain) const {
  const int64_t blocks = (n + grain - 1) / grain;
  const int64_t begin = blocks * index_ / count_ * grain;
  const int64_t end = blocks * (index_ + 1) / count_ * grain;
  return {std::min(begin, n), std::min(end, n)};
}

void* Worker::scratch() const { return pool_->scratch_[static_cast<size_t>(index_)].bytes; }

void Worker::Barrier() { pool_->Barrier(index_); }

ThreadPool::ThreadPool(int threads)
    : size_(threads),
      scratch_(new Scratch[static_cast<size_t>(std::max(threads, 1))]),
      fits_(threads <= ProcessorCount()),
      processors_(new std::atomic<int>[static_cast<size_t>(std::max(threads, 1))]) {
  MG_CHECK_LE(1, threads);
  for (int i = 0; i < size_; ++i) processors_[static_cast<size_t>(i)] = -1;
  try {
    for (int i = 1; i < size_; ++i) threads_.emplace_back([this, i] { WorkerLoop(i); });
  } catch (const std::system_error& error) {
    const size_t started = threads_.size() + 1;
    Stop();
    ThrowFailure("threads: expected ", size_, ", found ", started,
                 " before the system refused: ", error.code().message());
  } catch (...) {
    Stop();
    throw;
  }
}

ThreadPool::ThreadPool(ThreadPool& team, std::function<void()> enter, std::function<void()> leave)
    : size_(team.size()), team_(&team), enter_(std::move(enter)), leave_(std::move(leave)) {}

ThreadPool::~ThreadPool() { Stop(); }

void ThreadPool::Stop() {
  stop_.store(true, std::memory_order_release);
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::Run(const std::function<void(Worker&)>& body) {
  if (team_ != nullptr) {
    enter_();
    struct Leaver {
      const std::function<void()>& leave;
      ~Leaver() { leave(); }
    } leaver{leave_};
    team_->Run(body);
    return;
  }
  std::lock_guard<std::mutex> turn(run_mutex_);
  body_ = &body;
  running_.store(size_ - 1, std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  RunBody(0);
  for (int left = running_.load(std::memory_order_acquire); left != 0;
       left = running_.load(std::memory_order_acquire)) {
    Wait(0, running_, left);
  }
  if (!failed_.load(std::memory_order_acquire)) return;
  // Whoever waited at a barrier was counted there and has left.
  barrier_arrived_.store(0, std::memory_order_relaxed);
  failed_.store(false, std::memory_order_relaxed);
  std::rethrow_exception(std::exchange(problem_, nullptr));
}

void ThreadPool::WorkerLoop(int index) {
  uint64_t seen = 0;
  for (;;) {
    Wait(index, generation_, seen);
    const uint64_t now = generation_.load(std::memory_order_acquire);
    if (now == seen) continue;
    seen = now;
    if (stop_.load(std::memory_order_acquire)) return;
    RunBody(index);
    if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) running_.notify_all();
  }
}

int ThreadPool::NoteProcessor(int index) {
  const int own = CurrentProcessor();
  std::atomic<int>& noted = processors_[static_cast<size_t>(index)];
  if (noted.load(std::memory_order_relaxed) != own) noted.store(own, std::memory_order_relaxed);
  return own;
}

// The system may leave two of a team on one processor for seconds where another program wakes up
// often on the other: both are found running when it looks.
bool ThreadPool::LeavesProcessor(int index) {
  if (!fits_) return false;
  const int own = NoteProcessor(index);
  const std::span team(processors_.get(), static_cast<size_t>(size_));
  const auto before = team.first(static_cast<size_t>(index));
  const bool shared = std::any_of(before.begin(), before.end(), [own](const std::atomic<int>& one) {
    return one.load(std::memory_order_relaxed) == own;
  });
  if (shared) MoveToAnotherProcessor(team);
  return shared;
}

template <class T>
void ThreadPool::Wait(int index, const std::atomic<T>& atomic, T old) {
  if (ChangesSoon(atomic, old)) return;
  if (LeavesProcessor(index) && ChangesSoon(atomic, old)) return;
  atomic.wait(old, std::memory_order_acquire);
}

void ThreadPool::RunBody(int index) noexcept {
  LeavesProcessor(index);
  Worker self(this, index, size_);
  try {
    (*body_)(self);
  } catch (const Abandoned&) {  // the one that threw has said why
  } catch (...) {
    {
      const std::lock_guard<std::mutex> lock(problem_mutex_);
      if (problem_ == nullptr) problem_ = std::current_exception();
    }
    failed_.store(true, std::memory_order_release);
    barrier_phase_.fetch_add(1, std::memory_order_release);  // wakes those who wait for this thread
    barrier_phase_.notify_all();
  }
}

void ThreadPool::Barrier(int index) {
  if (size_ == 1) return;
  if (fits_) NoteProcessor(index);
  const uint32_t phase = barrier_phase_.load(std::memory_order_acquire);
  if (failed_.load(std::memory_order_relaxed)) throw Abandoned();
  if (barrier_arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 ==
      static_cast<uint32_t>(size_)) {
    barrier_arrived_.store(0, std::memory_order_relaxed);
    barrier_phase_.fetch_add(1, std::memory_order_release);
    barrier_phase_.notify_all();
  } else {
    Wait(index, barrier_phase_, phase);
    if (failed_.load(std::memory_order_relaxed)) throw Abandoned();
  }
}

}  // namespace musicgen
