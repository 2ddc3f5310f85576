// The owner's thread: it steps the sessions of all models in turn; jobs join and leave between
// steps.

#include <algorithm>
#include <cstdlib>
#include <utility>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "serve/http/failure.h"
#include "serve/jobs/jobs_impl.h"

namespace musicgen::serve {
namespace {

// A take on its way into a session.
struct Gift {
  Record record;
  size_t take = 0;
  GenerationRequest request;
};

GenerationRequest RequestOf(JobRecord& record, size_t take) {
  const bool last = take + 1 == record.takes.size();
  GenerationRequest request{record.request.prompt, record.request.params, {}, {}, {}};
  request.params.take = static_cast<uint32_t>(take);
  if (last) {
    request.melody = std::exchange(record.request.melody, {});
    request.style = std::exchange(record.request.style, {});
    request.audio_prompt = std::exchange(record.request.audio_prompt, {});
  } else {
    request.melody = record.request.melody;
    request.style = record.request.style;
    request.audio_prompt = record.request.audio_prompt;
  }
  return request;
}

// What jobs have freed goes back to the system while nothing runs: a server of months would else
// keep the most that it ever needed.
void ReleaseFreed() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

}  // namespace

void Jobs::Impl::Own() {
  std::unique_lock<std::mutex> lock(mutex);
  bool has_run = false;  // since memory was given back
  for (;;) {
    if (stopping) CancelAll();
    woken = false;
    TakeOrders();
    HandOver(lock);
    MakeCalls(lock);
    bool any_active = false, any_step = false;
    for (size_t index = 0; index < active.size(); ++index) {
      if (active[index].empty()) continue;
      any_active = has_run = true;
      HoldEndless(index);
      any_step = StepModel(index, lock) || any_step;
      TakeOrders();
      MakeCalls(lock);
    }
    if (any_step) pace.Step();
    if (any_active || woken || !calls.empty()) continue;
    if (stopping && open_jobs == 0) return;
    pace.Rest();
    if (std::exchange(has_run, false)) {
      lock.unlock();
      ReleaseFreed();
      lock.lock();
      continue;
    }
    const double now_s = UnixTime();
    archive.Age(now_s, records);
    const auto is_woken = [&] { return woken; };
    if (const double next_s = archive.next_end_s(); next_s > 0) {
      changed.wait_for(lock, std::chrono::duration<double>(next_s - now_s), is_woken);
    } else {
      changed.wait(lock, is_woken);
    }
  }
}

void Jobs::Impl::MakeCalls(std::unique_lock<std::mutex>& lock) {
  if (calls.empty()) return;
  std::vector<std::function<void()>> now = std::exchange(calls, {});
  calling = true;
  lock.unlock();
  for (const std::function<void()>& call : now) {
    try {
      call();
    } catch (const std::exception&) {
      // A watcher's fault is its own.
    }
  }
  now.clear();
  lock.lock();
  calling = false;
  changed.notify_all();
}

void Jobs::Impl::TakeOrders() {
  for (const Record& record : std::exchange(to_cancel, {})) CancelTakes(record);
  for (const Record& record : std::exchange(to_steer, {})) GiveSteerings(*record);
}

void Jobs::Impl::GiveSteerings(JobRecord& record) {
  for (Take& take : record.takes) {
    if (take.state != Take::State::kActive || take.request == 0) continue;
    for (const Steering& steering : take.steerings.Give()) {
      try {
        shelf.models()[record.model].loaded->session->Steer(take.request, steering);
      } catch (const std::exception&) {
        // Checked before, so memory is short; whoever asked hears when the job ends.
      }
    }
  }
}

// Jobs whose model is there join, in the order in which they came, as far as there is room.
void Jobs::Impl::HandOver(std::unique_lock<std::mutex>& lock) {
  std::vector<Gift> gifts;
  for (const Record& record : std::vector<Record>(line.begin(), line.end())) {
    ShelvedModel& model = shelf.models()[record->model];
    if (model.failure) {
      record->failure = model.failure;
      CancelTakes(record);
      continue;
    }
    if (model.loaded == nullptr) {
      if (!model.loading) shelf.Load(record->model);
      continue;
    }
    while (record->waits() && deferred[record->model] == 0 &&
           (limits.parallel == 0 || running_takes < limits.parallel)) {
      const size_t take = record->next_take++;
      record->takes[take].state = Take::State::kActive;
      ++running_takes;
      ++model.active;
      shelf.Use(model);
      gifts.push_back({record, take, RequestOf(*record, take)});
    }
    if (!record->waits()) LeaveLine(record);
  }
  for (ShelvedModel& model : shelf.models()) model.failure.reset();

  for (Gift& gift : gifts) {
    const Record& record = gift.record;
    LoadedModel& loaded = *shelf.models()[record->model].loaded;  // stays, since it is active
    RequestOptions options;
    options.stream_audio = record->stream;
    lock.unlock();
    RequestId id = 0;
    std::optional<Failure> failure;
    std::string provenance;
    try {
      if (gift.take == 0) provenance = loaded.model.Provenance(gift.request);
      id = loaded.session->Submit(gift.request, options);
    } catch (const Error& error) {
      failure = FailureOf(error);
    } catch (const std::exception& error) {
      failure = FailureOf(Error(ErrorCode::kFailure, error.what()));
    }
    lock.lock();
    if (gift.take == 0) record->provenance = provenance;
    if (failure) {
      EndTake(record, gift.take, {}, failure);
      continue;
    }
    active[record->model][id] = {record, gift.take};
    record->takes[gift.take].request = id;
    if (record->cancelled || record->failure) CancelTakes(record);
    GiveSteerings(*record);
  }
}

// By the sound that was given out, since windows that overlap take steps of their own.
void Jobs::Impl::HoldEndless(size_t index) {
  constexpr double kOftenS = 0.1;
  const ShelvedModel& model = shelf.models()[index];
  const auto rate_hz = static_cast<double>(model.info.frame_rate_hz);
  const auto now = std::chrono::steady_clock::now();
  for (const auto& [id, at] : active[index]) {
    Take& take = at.first->takes[at.second];
    if (!at.first->endless() || take.sound_s == 0) continue;
    double heard_s = std::chrono::duration<double>(now - take.first_sound).count();
    if (heard_s > take.sound_s) {  // it ran dry: whoever listens has waited too
      const std::chrono::duration<double> waited(heard_s - take.sound_s);
      take.first_sound += std::chrono::duration_cast<std::chrono::steady_clock::duration>(waited);
      heard_s = take.sound_s;
    }
    const double missing_s = std::max(0.0, heard_s + limits.ahead_s - take.sound_s);
    const int64_t hold_at = take.steps_done + static_cast<int64_t>(missing_s * rate_hz);
    if (std::abs(hold_at - take.hold_at) < static_cast<int64_t>(kOftenS * rate_hz)) continue;
    take.hold_at = hold_at;
    model.loaded->session->Hold(id, hold_at);
  }
}

bool Jobs::Impl::StepModel(size_t index, std::unique_lock<std::mutex>& lock) {
  LoadedModel& loaded = *shelf.models()[index].loaded;  // stays, since it is active
  std::vector<Event> events;
  std::string why;
  lock.unlock();
  try {
    loaded.session->Step(&events);
  } catch (const std::exception& error) {
    why = error.what();
    loaded.session.reset();
  }
  lock.lock();
  if (!why.empty()) {
    FailModel(index, why);
    return false;
  }
  bool any_step = false;
  for (Event& event : events) any_step = TakeEvent(index, event) || any_step;
  return any_step;
}

// The model is loaded anew for whoever comes next.
void Jobs::Impl::FailModel(size_t index, const std::string& why) {
  const Active failed = std::exchange(active[index], {});
  for (const auto& [id, take] : failed) take.first->takes[take.second].request = 0;
  for (const auto& [id, take] : failed) {
    EndTake(take.first, take.second, {}, FailureOf(Error(ErrorCode::kFailure, why)));
  }
  shelf.models()[index].loaded.reset();
  if (trouble) {
    calls.push_back([this, text = "a step of " + shelf.models()[index].served.id + ": " + why] {
      trouble(text);
    });
  }
}

}  // namespace musicgen::serve
