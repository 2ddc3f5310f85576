#include "serve/jobs/steering_queue.h"

#include <algorithm>
#include <utility>

namespace musicgen::serve {

void SteeringQueue::Add(const Steering& steering, std::shared_ptr<SteerCall> call) {
  pending_.push_back({steering, std::move(call)});
}

std::vector<Steering> SteeringQueue::Give() {
  bool free = std::none_of(pending_.begin(), pending_.end(),
                           [](const Pending& each) { return each.given && !each.wanted.at_step; });
  std::vector<Steering> given;
  for (Pending& each : pending_) {
    if (each.given || (!each.wanted.at_step && !free)) continue;
    free = free && each.wanted.at_step;
    each.given = true;
    given.push_back(each.wanted);
  }
  return given;
}

// Where one with a step and the one without hold from the same step on, either may be the one that
// is spoken of: both are told the same.
std::shared_ptr<SteerCall> SteeringQueue::Applied(int64_t now, bool prefix_model, bool is_later) {
  auto best = pending_.end();
  for (auto each = pending_.begin(); each != pending_.end(); ++each) {
    if (!each->given || each->wanted.at_step.value_or(now) > now) continue;
    if (prefix_model && each->wanted.prompt.has_value() != is_later) continue;
    const bool sooner = best == pending_.end() ||
                        (each->wanted.at_step &&
                         (!best->wanted.at_step || *each->wanted.at_step < *best->wanted.at_step));
    if (sooner) best = each;
  }
  if (best == pending_.end()) return nullptr;
  std::shared_ptr<SteerCall> call = std::move(best->call);
  pending_.erase(best);
  return call;
}

std::vector<std::shared_ptr<SteerCall>> SteeringQueue::Drop() {
  std::vector<std::shared_ptr<SteerCall>> calls;
  for (Pending& each : pending_) calls.push_back(std::move(each.call));
  pending_.clear();
  return calls;
}

}  // namespace musicgen::serve
