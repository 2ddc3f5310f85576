// How running requests are steered.

#include <algorithm>
#include <utility>

#include "session/scheduler.h"

namespace musicgen::session {

void Scheduler::Steer(RequestId id, const Steering& steering) {
  Job* job = Find(id);
  if (job == nullptr) return;
  PendingSteering pending;
  pending.wanted = steering;
  if (steering.prompt) {
    pending.text = std::make_shared<ConditionRows>();
    const auto work = [this, text = pending.text, prompt = steering.prompt](
                          ThreadPool& pool, const std::atomic<bool>& stop) {
      *text = pipeline_.Text(pool, prompt, &stop);
    };
    const bool now = IsShort(steering.prompt);
    held_up_ = held_up_ || now;
    pending.task = now ? preparer_.RunNow(work) : preparer_.Start(work);
  }
  const auto step = [](const PendingSteering& each) { return each.wanted.at_step.value_or(0); };
  const auto after =
      std::upper_bound(job->steerings.begin(), job->steerings.end(), step(pending),
                       [&](int64_t at, const PendingSteering& each) { return at < step(each); });
  job->steerings.insert(after, std::move(pending));
}

void Scheduler::Hold(RequestId id, std::optional<int64_t> at_step) {
  if (Job* job = Find(id)) job->hold_at = at_step;
}

void Scheduler::SteerRunning() {
  std::vector<RequestId> ids;
  for (const Job& job : jobs_) {
    if (job.window) ids.push_back(job.id);
  }
  for (const RequestId id : ids) {
    try {
      SteerJob(*Find(id));
    } catch (const std::exception&) {
      Fail(id, CurrentError("steering"));
    }
  }
}

// Whether what the steering brings is there.
bool Scheduler::IsReady(PendingSteering& steering) {
  if (steering.task == nullptr) return true;
  if (!steering.task->done()) return false;
  if (steering.task->error()) throw Error(*steering.task->error());
  if (prefix_model_) return true;
  if (steering.conditions == nullptr) {
    steering.conditions = engine_.Prepare(Conditions::Cross(*steering.text));
  }
  return steering.conditions->rows_left() == 0;
}

void Scheduler::SteerJob(Job& job) {
  const lm::StreamId stream = job.window->stream;
  bool waits = false;
  for (auto steering = job.steerings.begin(); steering != job.steerings.end() && !waits;) {
    const bool ready = IsReady(*steering);
    const int64_t now = job.steps_before + engine_.steps(stream);
    const bool due = steering->wanted.at_step.value_or(0) <= now;
    waits = due && !ready && steering->wanted.at_step;
    if (due && ready) {
      Apply(job, *steering);
      steering = job.steerings.erase(steering);
    } else {
      ++steering;
    }
  }
  const int64_t next = job.steps_before + engine_.steps(stream);
  engine_.Hold(stream, waits || next >= job.hold_at.value_or(next + 1));
}

void Scheduler::Apply(Job& job, PendingSteering& steering) {
  const Steering& wanted = steering.wanted;
  GenerationParams params = job.params;
  if (wanted.cfg_coef) params.cfg_coef = wanted.cfg_coef;
  if (wanted.temperature) params.temperature = wanted.temperature;
  if (wanted.top_k) params.top_k = wanted.top_k;
  if (wanted.top_p) params.top_p = wanted.top_p;
  generate::SampleCondition& condition = job.sample->condition;
  if (steering.conditions != nullptr) condition.text = *steering.text;
  engine_.Change(job.window->stream, {steering.conditions, pipeline_.Sampling(params),
                                      pipeline_.Guidance(params, condition).coefs});
  job.params = params;
  Event event{Event::Kind::kSteered};
  event.steered_step = job.steps_before + engine_.steps(job.window->stream);
  if (steering.text != nullptr) {
    if (steering.conditions != nullptr) {
      job.conditions = steering.conditions;
    } else {
      job.next_text = *steering.text;
      const auto next = job.sample->piece.next_first_frame();
      event.steered_step = next ? job.steps_before + job.window->steps() : -1;
      job.next.reset();
      if (next) PrepareNextWindow(job, *next);
    }
  }
  Tell(job, std::move(event));
}

}  // namespace musicgen::session
