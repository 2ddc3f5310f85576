#include "session/shared_scheduler.h"

#include <chrono>
#include <iterator>
#include <utility>

namespace musicgen::session {
namespace {

constexpr auto kRest = std::chrono::milliseconds(2);

bool IsLast(Event::Kind kind) {
  return kind == Event::Kind::kDone || kind == Event::Kind::kCancelled ||
         kind == Event::Kind::kFailed;
}

}  // namespace

bool SharedScheduler::Owns(const std::shared_ptr<Mailbox>& mailbox, RequestId id) const {
  const auto found = mailboxes_.find(id);
  return found != mailboxes_.end() && found->second == mailbox;
}

void SharedScheduler::Enqueue(std::function<void(Scheduler&)> order) {
  orders_.push_back(std::move(order));
  changed_.notify_all();
}

std::vector<RequestId> SharedScheduler::Submit(const std::shared_ptr<Mailbox>& mailbox,
                                               std::vector<GenerationRequest> batch,
                                               const RequestOptions& options) {
  std::vector<Submission> submissions;
  for (GenerationRequest& request : batch) submissions.push_back({0, std::move(request), options});
  std::vector<RequestId> ids;
  std::lock_guard<std::mutex> lock(mutex_);
  for (Submission& submission : submissions) {
    submission.id = next_id_++;
    ids.push_back(submission.id);
    mailboxes_[submission.id] = mailbox;
    ++mailbox->open;
  }
  Enqueue([waiting = std::move(submissions)](Scheduler& scheduler) mutable {
    scheduler.Submit(std::move(waiting));
  });
  return ids;
}

void SharedScheduler::Cancel(const std::shared_ptr<Mailbox>& mailbox, RequestId id) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (Owns(mailbox, id)) Enqueue([id](Scheduler& scheduler) { scheduler.Cancel(id); });
}

void SharedScheduler::Steer(const std::shared_ptr<Mailbox>& mailbox, RequestId id,
                            const Steering& steering) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!Owns(mailbox, id)) return;
  Enqueue([id, steering](Scheduler& scheduler) { scheduler.Steer(id, steering); });
}

void SharedScheduler::Hold(const std::shared_ptr<Mailbox>& mailbox, RequestId id,
                           std::optional<int64_t> at_step) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!Owns(mailbox, id)) return;
  Enqueue([id, at_step](Scheduler& scheduler) { scheduler.Hold(id, at_step); });
}

StageSeconds SharedScheduler::stage_seconds() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return stage_seconds_;
}

void SharedScheduler::Close(const std::shared_ptr<Mailbox>& mailbox) {
  std::unique_lock<std::mutex> lock(mutex_);
  for (const auto& [id, owner] : mailboxes_) {
    if (owner == mailbox) {
      Enqueue([cancelled = id](Scheduler& scheduler) { scheduler.Cancel(cancelled); });
    }
  }
  // Nobody else may step again, and what the requests hold must not wait for that.
  while (mailbox->open > 0) {
    if (driven_) {
      changed_.wait(lock);
    } else {
      Drive(lock);
    }
  }
}

void SharedScheduler::Drive(std::unique_lock<std::mutex>& lock) {
  driven_ = true;
  std::vector<std::function<void(Scheduler&)>> orders = std::exchange(orders_, {});
  lock.unlock();
  std::vector<Event> events;
  try {
    for (auto& order : orders) order(scheduler_);
    scheduler_.Step(&events);
  } catch (...) {
    lock.lock();
    driven_ = false;
    changed_.notify_all();
    throw;
  }
  const StageSeconds stage_seconds = scheduler_.stage_seconds();
  const bool rests = scheduler_.rests();
  lock.lock();
  driven_ = false;
  rests_ = rests;
  stage_seconds_ = stage_seconds;
  for (Event& event : events) {
    const auto found = mailboxes_.find(event.request);
    Mailbox& mailbox = *found->second;
    const bool last = IsLast(event.kind);
    mailbox.events.push_back(std::move(event));
    if (!last) continue;
    --mailbox.open;
    mailboxes_.erase(found);
  }
  changed_.notify_all();
}

bool SharedScheduler::Step(const std::shared_ptr<Mailbox>& mailbox, std::vector<Event>* events) {
  std::unique_lock<std::mutex> lock(mutex_);
  for (bool stepped = false;;) {
    if (stepped || !mailbox->events.empty()) {
      std::move(mailbox->events.begin(), mailbox->events.end(), std::back_inserter(*events));
      mailbox->events.clear();
      return true;
    }
    if (mailbox->open == 0) return false;
    if (driven_) {
      changed_.wait(lock);
    } else {
      Drive(lock);
      stepped = true;
      // Nothing will happen before an order comes; whoever steps other models, too, goes on soon.
      if (rests_ && mailbox->events.empty()) {
        changed_.wait_for(lock, kRest, [&] { return !orders_.empty() || driven_; });
      }
    }
  }
}

}  // namespace musicgen::session
