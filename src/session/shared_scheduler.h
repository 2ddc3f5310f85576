// One scheduler for all sessions of a model: any thread may submit; whichever steps works for all.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "session/scheduler.h"

namespace musicgen::session {

// What happened to the requests of one session.
struct Mailbox {
  std::vector<Event> events;
  int64_t open = 0;  // requests that have not ended
};

// Thread-safe.
class SharedScheduler {
 public:
  // See Scheduler.
  SharedScheduler(const generate::Pipeline& pipeline, lm::DecodeBackend& backend,
                  const SchedulerLimits& limits)
      : scheduler_(pipeline, backend, limits) {}

  std::vector<RequestId> Submit(const std::shared_ptr<Mailbox>& mailbox,
                                std::vector<GenerationRequest> batch,
                                const RequestOptions& options);
  // Of the mailbox's own requests; others are left alone.
  void Cancel(const std::shared_ptr<Mailbox>& mailbox, RequestId id);
  void Steer(const std::shared_ptr<Mailbox>& mailbox, RequestId id, const Steering& steering);
  void Hold(const std::shared_ptr<Mailbox>& mailbox, RequestId id, std::optional<int64_t> at_step);
  // What the steps so far spent where.
  StageSeconds stage_seconds() const;
  // Cancels all of the mailbox's requests and forgets it.
  void Close(const std::shared_ptr<Mailbox>& mailbox);

  // Steps the scheduler, or waits while another thread does, until the mailbox has events or one
  // step is made; hands them out. False when no request of it is open.
  bool Step(const std::shared_ptr<Mailbox>& mailbox, std::vector<Event>* events);

 private:
  bool Owns(const std::shared_ptr<Mailbox>& mailbox, RequestId id) const;
  void Enqueue(std::function<void(Scheduler&)> order);
  // Takes the orders and steps, as the only thread to do so.
  void Drive(std::unique_lock<std::mutex>& lock);

  Scheduler scheduler_;  // of the thread that drives

  mutable std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  bool driven_ = false;
  bool rests_ = false;  // the scheduler, until an order comes
  StageSeconds stage_seconds_{};
  RequestId next_id_ = 1;
  std::vector<std::function<void(Scheduler&)>> orders_;  // not yet given to the scheduler
  std::unordered_map<RequestId, std::shared_ptr<Mailbox>> mailboxes_;
};

}  // namespace musicgen::session
