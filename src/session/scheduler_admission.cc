// How requests are prepared, admitted and given their windows.

#include <algorithm>
#include <limits>
#include <utility>

#include "base/cpu.h"
#include "base/error.h"
#include "session/scheduler.h"

namespace musicgen::session {
namespace {

// Of the memory that is available, for keys and values.
constexpr double kCacheShare = 0.9;

bool IsSmall(const std::vector<GenerationRequest>& requests) {
  return requests.size() == 1 && Scheduler::IsShort(requests[0].prompt) && !requests[0].melody &&
         !requests[0].style && !requests[0].audio_prompt;
}

}  // namespace

void Scheduler::StartBatch(Batch& batch, bool now) {
  batch.prepared = std::make_shared<Batch::Prepared>();
  Preparer::Work work = [this, prepared = batch.prepared, requests = std::move(batch.requests)](
                            ThreadPool& pool, const std::atomic<bool>& stop) {
    prepared->samples = pipeline_.Prepare(pool, requests, &stop);
    for (size_t i = 0; i < requests.size() && !stop; ++i) {
      const generate::Sample& sample = prepared->samples[i];
      prepared->first_windows.push_back(pipeline_.ConditionsAt(
          pool, sample, sample.piece.first_frame(), requests[i].params, &stop));
    }
  };
  batch.task = now ? preparer_.RunNow(std::move(work)) : preparer_.Start(std::move(work));
}

// What takes long goes between the steps of others, in moments. What does not is done at once: all
// of it before the first step, later one before each step.
bool Scheduler::PrepareBatches() {
  bool any = TakePrepared();
  for (bool more = !held_up_ || !engine_.has_step(); more;) {
    const auto batch = std::find_if(batches_.begin(), batches_.end(),
                                    [](const Batch& each) { return each.task == nullptr; });
    if (batch == batches_.end()) break;
    const bool small = IsSmall(batch->requests);
    more = small && !Running();
    held_up_ = held_up_ || (small && Running());
    StartBatch(*batch, small);
    if (small) any = TakePrepared() || any;
  }
  return any;
}

bool Scheduler::TakePrepared() {
  bool any = false;
  for (auto batch = batches_.begin(); batch != batches_.end();) {
    if (batch->task == nullptr || !batch->task->done()) {
      ++batch;
      continue;
    }
    for (size_t i = 0; i < batch->ids.size(); ++i) {
      Job* job = Find(batch->ids[i]);
      if (job == nullptr) continue;
      if (batch->task->error()) {
        Fail(job->id, *batch->task->error());
        continue;
      }
      job->sample = std::move(batch->prepared->samples[i]);
      job->steps_total = pipeline_.Steps(job->sample->piece);
      job->next = NextConditions{
          job->sample->piece.first_frame(), batch->task,
          std::make_shared<Conditions>(std::move(batch->prepared->first_windows[i]))};
    }
    batch = batches_.erase(batch);
    any = true;
  }
  return any;
}

void Scheduler::Admit() {
  const int most = limits_.streams > 0 ? limits_.streams : backend_.worthwhile_streams();
  std::vector<RequestId> waiting;
  int running = 0;
  for (const Job& job : jobs_) {
    running += job.admitted;
    if (job.sample && !job.admitted) waiting.push_back(job.id);
  }
  bool room = true;
  for (const RequestId id : waiting) {
    Job& job = *Find(id);
    room = room && running < most && TryAdmit(job);
    if (room) {
      running += Find(id) != nullptr;  // it may have failed
    } else if (!job.told_deferred) {
      job.told_deferred = true;
      Tell(job, Event{Event::Kind::kDeferred});
    }
  }
}

bool Scheduler::TryAdmit(Job& job) {
  const bool alone = !Running();
  if (alone) {
    const uint64_t available = backend_.AvailableBytes();
    budget_bytes_ = limits_.cache_bytes > 0 ? limits_.cache_bytes
                    : available > 0
                        ? static_cast<uint64_t>(kCacheShare * static_cast<double>(available))
                        : std::numeric_limits<uint64_t>::max();
  }
  try {
    if (job.conditions == nullptr) job.conditions = engine_.Prepare(*job.next->conditions);
    lm::StreamSpec spec = pipeline_.Window(*job.sample, job.params);
    spec.conditions = job.conditions;
    const uint64_t bytes = backend_.StreamBytes(spec);
    if (reserved_bytes_ + bytes > budget_bytes_) {
      if (!alone) return false;
      throw Error(ErrorCode::kOutOfMemory,
                  StrCat("request: expected keys and values of at most ", budget_bytes_,
                         " bytes, found a need of ", bytes));
    }
    if (job.wants_audio()) {
      if (sound_ == nullptr) {
        generate::Stages& stages = pipeline_.stages();
        const bool idle_processor = ProcessorCount() > stages.pool().size();
        sound_ = std::make_unique<SoundMaker>(stages.codec(), stages.files().lm.audio_channels,
                                              idle_processor ? nullptr : &stages.pool());
      }
      sound_->Open(job.id, job.options.stream_audio);
    }
    job.reserved_bytes = bytes;
    reserved_bytes_ += bytes;
    job.next.reset();
    job.admitted = true;
  } catch (const std::exception&) {
    const Error error = CurrentError("admitting a request");
    if (!alone && error.code() == ErrorCode::kOutOfMemory) return false;
    Fail(job.id, error);
  }
  return true;
}

void Scheduler::PrepareNextWindow(Job& job, int64_t first_frame) {
  if (job.next && job.next->first_frame == first_frame) return;
  NextConditions next;
  next.first_frame = first_frame;
  next.conditions = std::make_shared<Conditions>();
  generate::Sample of_window = *job.sample;
  if (job.next_text) of_window.condition.text = *job.next_text;
  next.task =
      preparer_.Start([this, out = next.conditions, sample = std::move(of_window), first_frame,
                       params = job.params](ThreadPool& pool, const std::atomic<bool>& stop) {
        *out = pipeline_.ConditionsAt(pool, sample, first_frame, params, &stop);
      });
  job.next = std::move(next);
}

void Scheduler::StartWindows() {
  std::vector<RequestId> ids;
  for (const Job& job : jobs_) {
    if (job.admitted && !job.window && !job.sample->piece.done()) ids.push_back(job.id);
  }
  for (const RequestId id : ids) {
    try {
      StartWindow(*Find(id));
    } catch (const std::exception&) {
      Fail(id, CurrentError("starting a window"));
    }
  }
}

void Scheduler::StartWindow(Job& job) {
  const generate::Piece& piece = job.sample->piece;
  if (job.next_text) job.sample->condition.text = *std::exchange(job.next_text, std::nullopt);
  if (job.conditions == nullptr) {
    PrepareNextWindow(job, piece.first_frame());
    if (!job.next->task->done()) return;
    if (job.next->task->error()) throw Error(*job.next->task->error());
    job.conditions = engine_.Prepare(*job.next->conditions);
    job.next.reset();
  }
  if (job.conditions->rows_left() > 0) return;
  lm::StreamSpec spec = pipeline_.Window(*job.sample, job.params);
  spec.conditions = job.conditions;
  JobWindow window(spec.pattern, spec.prompt);
  window.stream = engine_.Join(std::move(spec));
  streams_[window.stream] = job.id;
  if (job.wants_audio() && job.delivered == 0 && job.sample->prompt.frames > 0) {
    sound_->Push(job.id, job.sample->prompt, /*last=*/false);
    job.delivered = job.sample->prompt.frames;
  }
  job.window = std::move(window);
  if (const auto next = piece.next_first_frame(); next && prefix_model_) {
    PrepareNextWindow(job, *next);
  }
}

}  // namespace musicgen::session
