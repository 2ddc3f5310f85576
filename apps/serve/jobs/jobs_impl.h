// What Jobs holds, and what its owner's thread does.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "serve/jobs/archive.h"
#include "serve/jobs/jobs.h"
#include "serve/jobs/model_shelf.h"
#include "serve/jobs/pace.h"
#include "serve/jobs/record.h"
#include "serve/jobs/render.h"
#include "serve/jobs/worker.h"

namespace musicgen::serve {

using Record = std::shared_ptr<JobRecord>;

struct Jobs::Impl {
  Impl(std::vector<ServedModel> models, const JobLimits& limits,
       std::function<void(const std::string&)> trouble);

  // With the lock held.
  Record FindOpen(const std::string& id) const;  // null: none
  bool HasRoom() const;                          // for a job that comes now
  int waiting() const;                           // jobs in line
  int RetryAfter() const;
  JobStatus StatusOf(const JobRecord& record) const;
  RenderOrder OrderOf(const std::string& id) const;  // throws Refusal
  void Wake();
  void CancelAll();

  // Of the owner's thread.
  void Own();
  void TakeOrders();
  void HandOver(std::unique_lock<std::mutex>& lock);
  void GiveSteerings(JobRecord& record);
  void HoldEndless(size_t index);                                    // near to what is heard
  bool StepModel(size_t index, std::unique_lock<std::mutex>& lock);  // whether any take went on
  void FailModel(size_t index, const std::string& why);
  bool TakeEvent(size_t index, Event& event);
  void TakeProgress(const Record& record, Take& take, const GenerationProgress& progress);
  void TakeSound(const Record& record, size_t take, Waveform sound);
  void TakeSteered(const Record& record, Take& take, int64_t step);
  void Begin(const Record& record);
  void CountSound(Take& take, double until_s);
  // `take` has ended; `failure`: it failed.
  void EndTake(const Record& record, size_t take, GenerationResult result,
               std::optional<Failure> failure);
  void CancelTakes(const Record& record);  // those that have not ended
  void LeaveLine(const Record& record);
  void EndIfDone(const Record& record);
  void Answer(const Record& record, const std::shared_ptr<SteerCall>& call, int64_t step);
  void MakeCalls(std::unique_lock<std::mutex>& lock);  // without the lock meanwhile
  template <class Call>
  void TellWatchers(const Record& record, const Call& call) {
    for (const auto& watcher : record->watchers) {
      calls.push_back([watcher, call] { call(*watcher); });
    }
  }

  const JobLimits limits;
  const std::function<void(const std::string&)> trouble;

  mutable std::mutex mutex;  // of what follows
  std::condition_variable changed;
  Records records;
  Archive archive;
  std::list<Record> queued;  // that have not begun, in the order they came
  std::list<Record> line;    // with takes that no session has yet
  // Of each model the takes that are in its session.
  using Active = std::unordered_map<RequestId, std::pair<Record, size_t>>;
  std::vector<Active> active;
  std::vector<int> deferred;  // of them, those that its session has no room for yet
  int running_takes = 0, open_jobs = 0;
  JobCounts totals;
  Pace pace;
  bool was_ready = false, draining = false, stopping = false;
  // For the owner.
  bool woken = false;
  std::vector<Record> to_cancel, to_steer;
  std::vector<std::function<void()>> calls;  // that it makes without the lock
  bool calling = false;                      // now

  ModelShelf shelf;
  Worker short_worker, long_worker;
  std::thread owner;
};

}  // namespace musicgen::serve
