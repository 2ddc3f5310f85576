// What the owner does with the events of its sessions.

#include <algorithm>

#include "serve/http/failure.h"
#include "serve/jobs/jobs_impl.h"

namespace musicgen::serve {
namespace {

constexpr auto kProgressPause = std::chrono::milliseconds(100);

}  // namespace

bool Jobs::Impl::TakeEvent(size_t index, Event& event) {
  const auto found = active[index].find(event.request);
  if (found == active[index].end()) return false;
  const Record record = found->second.first;
  const size_t number = found->second.second;
  Take& take = record->takes[number];
  switch (event.kind) {
    case Event::Kind::kDeferred:
      take.deferred = true;
      ++deferred[index];
      break;
    case Event::Kind::kSound:
      TakeSound(record, number, std::move(event.sound));
      break;
    case Event::Kind::kProgress: {
      const bool steps = event.progress.steps_done > take.steps_done;
      TakeProgress(record, take, event.progress);
      return steps;
    }
    case Event::Kind::kSteered:
      TakeSteered(record, take, event.steered_step);
      break;
    case Event::Kind::kDone:
      EndTake(record, number, std::move(event.result), std::nullopt);
      break;
    case Event::Kind::kCancelled:
      take.cancelled = true;
      EndTake(record, number, std::move(event.result), std::nullopt);
      break;
    case Event::Kind::kFailed:
      EndTake(record, number, {}, FailureOf(*event.error));
      break;
  }
  return false;
}

void Jobs::Impl::Begin(const Record& record) {
  if (record->state != JobState::kQueued) return;
  record->state = JobState::kRunning;
  record->started_s = UnixTime();
  queued.remove(record);
  const JobStatus status = StatusOf(*record);
  TellWatchers(record, [status](JobWatcher& watcher) { watcher.Started(status); });
}

void Jobs::Impl::TakeProgress(const Record& record, Take& take,
                              const GenerationProgress& progress) {
  take.steps_total = progress.steps_total;
  if (progress.steps_done == 0) return;
  totals.steps += static_cast<uint64_t>(progress.steps_done - take.steps_done);
  take.steps_done = progress.steps_done;
  if (std::exchange(take.deferred, false)) --deferred[record->model];
  Begin(record);
  const auto now = std::chrono::steady_clock::now();
  if (record->watchers.empty() || now - record->last_progress < kProgressPause) return;
  record->last_progress = now;
  const JobStatus status = StatusOf(*record);
  TellWatchers(record, [status](JobWatcher& watcher) { watcher.Progress(status); });
}

void Jobs::Impl::CountSound(Take& take, double until_s) {
  totals.sound_s += std::max(0.0, until_s - take.sound_s);
  take.sound_s = std::max(take.sound_s, until_s);
}

void Jobs::Impl::TakeSound(const Record& record, size_t take, Waveform sound) {
  Begin(record);
  if (record->takes[take].sound_s == 0) {
    record->takes[take].first_sound = std::chrono::steady_clock::now();
  }
  CountSound(record->takes[take], record->takes[take].sound_s + sound.duration_s());
  const auto chunk = std::make_shared<const Waveform>(std::move(sound));
  TellWatchers(record, [chunk, number = static_cast<int>(take)](JobWatcher& watcher) {
    watcher.Sound(number, *chunk);
  });
}

void Jobs::Impl::TakeSteered(const Record& record, Take& take, int64_t step) {
  const bool prefix_model = shelf.models()[record->model].info.model_type != "musicgen";
  const bool is_later = prefix_model && (step < 0 || step > take.steps_done);
  const auto call =
      take.steerings.Applied(is_later ? take.steps_done : step, prefix_model, is_later);
  if (call != nullptr) Answer(record, call, step);
  GiveSteerings(*record);
}

void Jobs::Impl::Answer(const Record& record, const std::shared_ptr<SteerCall>& call,
                        int64_t step) {
  call->step = std::max(call->step, step);
  if (--call->takes_left > 0) return;
  calls.push_back([call] {
    if (call->steered) call->steered(call->step);
  });
  TellWatchers(record, [step = call->step](JobWatcher& watcher) { watcher.Steered(step); });
}

void Jobs::Impl::EndTake(const Record& record, size_t number, GenerationResult result,
                         std::optional<Failure> failure) {
  Take& take = record->takes[number];
  ShelvedModel& model = shelf.models()[record->model];
  if (take.state == Take::State::kActive) {
    active[record->model].erase(take.request);
    --running_takes;
    --model.active;
    shelf.Use(model);
    if (std::exchange(take.deferred, false)) --deferred[record->model];
  }
  take.state = Take::State::kEnded;
  for (const auto& call : take.steerings.Drop()) Answer(record, call, -1);
  take.codes = std::move(result.codes);
  if (result.audio.samples > 0) {
    take.sound = std::make_shared<const Waveform>(std::move(result.audio));
  }
  if (!record->endless()) {
    CountSound(take, static_cast<double>(take.codes.frames) /
                         static_cast<double>(model.info.frame_rate_hz));
  }
  if (failure && !record->failure) record->failure = std::move(failure);
  if (record->failure || take.cancelled) {
    CancelTakes(record);
  } else {
    EndIfDone(record);
  }
}

void Jobs::Impl::LeaveLine(const Record& record) {
  line.remove(record);
  --shelf.models()[record->model].wanted;
}

// Those in a session end with its next step, the others at once.
void Jobs::Impl::CancelTakes(const Record& record) {
  if (record->ended()) return;
  if (record->waits()) {
    record->next_take = record->takes.size();
    LeaveLine(record);
  }
  for (Take& take : record->takes) {
    if (take.state == Take::State::kActive && take.request != 0) {
      shelf.models()[record->model].loaded->session->Cancel(take.request);
    }
    if (take.state != Take::State::kWaiting) continue;
    take.state = Take::State::kEnded;
    take.cancelled = true;
    for (const auto& call : take.steerings.Drop()) Answer(record, call, -1);
  }
  EndIfDone(record);
}

void Jobs::Impl::EndIfDone(const Record& record) {
  const auto& takes = record->takes;
  if (!std::all_of(takes.begin(), takes.end(),
                   [](const Take& take) { return take.state == Take::State::kEnded; })) {
    return;
  }
  const bool cancelled =
      std::any_of(takes.begin(), takes.end(), [](const Take& take) { return take.cancelled; });
  if (record->state == JobState::kQueued) queued.remove(record);
  record->state = record->failure ? JobState::kFailed
                  : cancelled     ? JobState::kCancelled
                                  : JobState::kDone;
  ++(record->failure ? totals.failed : cancelled ? totals.cancelled : totals.done);
  record->ended_s = UnixTime();
  record->request.melody.reset();
  record->request.style.reset();
  record->request.audio_prompt.reset();
  const JobStatus status = StatusOf(*record);
  TellWatchers(record, [status](JobWatcher& watcher) { watcher.Ended(status); });
  record->watchers.clear();
  --open_jobs;
  archive.Add(record, records);
  changed.notify_all();
}

}  // namespace musicgen::serve
