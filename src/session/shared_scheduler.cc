#include "session/shared_scheduler.h"

#include <iterator>
#include <utility>

namespace musicgen::session {
namespace {

bool IsLast(Event::Kind kind) {
  return kind == Event::Kind::kDone || kind == Event::Kind::kCancelled ||
         kind == Event::Kind::kFailed;
}

}  // namespace

bool SharedScheduler::Owns(const std::shared_ptr<Mailbox>& mailbox, RequestId id) const {
  const auto found = mailboxes_.find(id);
  return found != mailboxes_.end() && found->second == mailbox;
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
  orders_.push_back([waiting = std::move(submissions)](Scheduler& scheduler) mutable {
    scheduler.Submit(std::move(waiting));
  });
  return ids;
}

void SharedScheduler::Cancel(const std::shared_ptr<Mailbox>& mailbox, RequestId id) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (Owns(mailbox, id)) orders_.push_back([id](Scheduler& scheduler) { scheduler.Cancel(id); });
}

void SharedScheduler::Hold(const std::shared_ptr<Mailbox>& mailbox, RequestId id, bool hold) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!Owns(mailbox, id)) return;
  orders_.push_back([id, hold](Scheduler& scheduler) { scheduler.Hold(id, hold); });
}

void SharedScheduler::Steer(const std::shared_ptr<Mailbox>& mailbox, RequestId id,
                            const Steering& steering) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!Owns(mailbox, id)) return;
  orders_.push_back([id, steering](Scheduler& scheduler) { scheduler.Steer(id, steering); });
}

StageSeconds SharedScheduler::stage_seconds() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return stage_seconds_;
}

void SharedScheduler::Close(const std::shared_ptr<Mailbox>& mailbox) {
  std::unique_lock<std::mutex> lock(mutex_);
  for (const auto& [id, owner] : mailboxes_) {
    if (owner == mailbox) {
      orders_.push_back([cancelled = id](Scheduler& scheduler) { scheduler.Cancel(cancelled); });
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
  std::vector<Order> orders = std::exchange(orders_, {});
  lock.unlock();
  std::vector<Event> events;
  try {
    for (Order& order : orders) order(scheduler_);
    scheduler_.Step(&events);
  } catch (...) {
    lock.lock();
    driven_ = false;
    changed_.notify_all();
    throw;
  }
  const StageSeconds stage_seconds = scheduler_.stage_seconds();
  lock.lock();
  driven_ = false;
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
    }
  }
}

}  // namespace musicgen::session
