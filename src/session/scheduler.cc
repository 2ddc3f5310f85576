#include "session/scheduler.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/error.h"

namespace musicgen::session {
namespace {

// Text that goes through the encoder in about a chunk's time: it need not go beside the steps.
constexpr size_t kShortPromptBytes = 160;
// What preparing has of the team between two steps. A run of the team that begins within it adds
// its own time, about as long.
constexpr auto kPreparingTurn = std::chrono::milliseconds(20);

}  // namespace

bool Scheduler::IsShort(const std::optional<std::string>& prompt) {
  return !prompt || prompt->size() <= kShortPromptBytes;
}

Scheduler::Scheduler(const generate::Pipeline& pipeline, lm::DecodeBackend& backend,
                     const SchedulerLimits& limits)
    : pipeline_(pipeline),
      backend_(backend),
      prefix_model_(!pipeline.stages().files().lm.cross_attention),
      limits_(limits),
      preparer_(pipeline.stages().pool()),
      engine_(backend) {}

Scheduler::~Scheduler() = default;

Job* Scheduler::Find(RequestId id) {
  const auto found =
      std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& job) { return job.id == id; });
  return found == jobs_.end() ? nullptr : &*found;
}

bool Scheduler::Running() const {
  return std::any_of(jobs_.begin(), jobs_.end(), [](const Job& job) { return job.admitted; });
}

void Scheduler::Tell(const Job& job, Event event) {
  event.request = job.id;
  events_->push_back(std::move(event));
}

void Scheduler::Submit(std::vector<Submission> batch) {
  Batch waiting;
  for (Submission& submission : batch) {
    Job job;
    job.id = submission.id;
    job.options = submission.options;
    job.params = submission.request.params;
    jobs_.push_back(std::move(job));
    waiting.ids.push_back(submission.id);
    waiting.requests.push_back(std::move(submission.request));
  }
  batches_.push_back(std::move(waiting));
}

void Scheduler::Cancel(RequestId id) {
  if (Job* job = Find(id)) job->cancelled = true;
}

// Takes back all that the job holds.
void Scheduler::Remove(RequestId id) {
  const auto job =
      std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& each) { return each.id == id; });
  if (job == jobs_.end()) return;
  if (job->window) {
    engine_.Leave(job->window->stream);
    streams_.erase(job->window->stream);
  }
  if (sound_ != nullptr) sound_->Close(id);
  reserved_bytes_ -= job->reserved_bytes;
  if (job->next && job->next->task != nullptr) job->next->task->Stop();
  for (PendingSteering& steering : job->steerings) {
    if (steering.task != nullptr) steering.task->Stop();
  }
  jobs_.erase(job);
  // A batch that nobody waits for any more.
  for (Batch& batch : batches_) {
    const bool wanted = std::any_of(batch.ids.begin(), batch.ids.end(),
                                    [&](RequestId each) { return Find(each) != nullptr; });
    if (!wanted && batch.task != nullptr) batch.task->Stop();
  }
}

void Scheduler::Fail(RequestId id, const Error& error) {
  Job* job = Find(id);
  if (job == nullptr) return;
  Event event{Event::Kind::kFailed};
  event.error = error;
  Tell(*job, std::move(event));
  Remove(id);
}

void Scheduler::DropCancelled() {
  std::vector<RequestId> cancelled;
  for (const Job& job : jobs_) {
    if (job.cancelled) cancelled.push_back(job.id);
  }
  for (const RequestId id : cancelled) {
    const Job& job = *Find(id);
    Event event{Event::Kind::kCancelled};
    if (job.sample) {
      Codes& codes = event.result.codes;
      codes = job.sample->piece.codes();
      if (job.window) {
        const int64_t from = job.sample->piece.known() - job.sample->piece.first_frame();
        if (job.window->known > from) codes.Append(job.window->Frames(from, job.window->known));
      }
    }
    Tell(job, std::move(event));
    Remove(id);
  }
}

// Between two steps of the running streams goes one thing that they wait for: a chunk of somebody's
// pass, a turn of sound, a turn of preparing, or a short prompt's way through the encoder.
void Scheduler::Work() {
  if (sound_ != nullptr && sound_->full()) return;
  const bool steps = engine_.has_step();
  const Turn turn = steps && held_up_ ? Turn::kNone : NextTurn();
  if (turn == Turn::kSound) sound_->MakeForATurn();
  if (turn == Turn::kPreparing) preparer_.LendTeam(kPreparingTurn);
  if (engine_.ready()) {
    Take(engine_.Tick(/*pass_chunk=*/turn == Turn::kChunk));
  } else if (turn == Turn::kNone && preparer_.busy()) {
    preparer_.Wait();
  } else if (turn == Turn::kNone) {
    rests_ = sound_ == nullptr || !sound_->busy();
  }
  held_up_ = false;
}

// Those that have something to do take turns.
Scheduler::Turn Scheduler::NextTurn() {
  const auto wants = [&](Turn turn) {
    switch (turn) {
      case Turn::kChunk:
        return engine_.has_chunk();
      case Turn::kSound:
        return sound_ != nullptr && sound_->in_turns() && sound_->busy();
      case Turn::kPreparing:
        return preparer_.wants_team();
      case Turn::kNone:
        break;
    }
    return true;
  };
  constexpr std::array kTurns = {Turn::kChunk, Turn::kSound, Turn::kPreparing};
  for (size_t i = 0; i < kTurns.size(); ++i) {
    const Turn turn = kTurns[turn_++ % kTurns.size()];
    if (wants(turn)) return turn;
  }
  return Turn::kNone;
}

void Scheduler::Take(const lm::Ticked& ticked) {
  for (const lm::SampledColumn& column : ticked.columns) {
    const auto found = streams_.find(column.stream);
    if (found != streams_.end()) TakeColumn(*Find(found->second), column);
  }
  for (const lm::FailedStream& failed : ticked.failed) {
    const auto found = streams_.find(failed.stream);
    if (found != streams_.end()) Fail(RequestId{found->second}, failed.error);
  }
  for (const auto& failed : ticked.failed_conditions) {
    std::vector<RequestId> holders;
    for (const Job& job : jobs_) {
      const bool steers = std::any_of(
          job.steerings.begin(), job.steerings.end(),
          [&](const auto& steering) { return steering.conditions == failed.conditions; });
      if (job.conditions == failed.conditions || steers) holders.push_back(job.id);
    }
    for (const RequestId id : holders) Fail(id, failed.error);
  }
}

void Scheduler::TakeColumn(Job& job, const lm::SampledColumn& column) {
  JobWindow& window = *job.window;
  generate::Piece& piece = job.sample->piece;
  ++job.steps_done;
  window.Take(column);
  const int64_t first = piece.first_frame(), end = first + window.known;
  if (job.wants_audio() && end > job.delivered) {
    const bool last = !piece.next_first_frame() && window.known == window.pattern.frames();
    sound_->Push(job.id, window.Frames(job.delivered - first, window.known), last);
    job.delivered = end;
  }
  if (!window.complete()) return;
  piece.Finish(window.pattern.Revert(window.sequence));
  engine_.Leave(column.stream);
  streams_.erase(column.stream);
  job.steps_before += window.steps();
  job.window.reset();
  if (prefix_model_) job.conditions.reset();  // the next window has others
  FinishIfDone(job);
}

void Scheduler::TakeSound() {
  if (sound_ == nullptr) return;
  const bool waits = !engine_.ready() || sound_->full();
  for (SoundMaker::Made& made : waits && sound_->busy() ? sound_->WaitAndTake() : sound_->Take()) {
    Job* job = Find(made.id);
    if (job == nullptr) continue;
    if (made.error) {
      Fail(made.id, *made.error);
      continue;
    }
    if (job->keeps_audio()) {
      job->audio.resize(static_cast<size_t>(made.sound.channels));
      for (int64_t c = 0; c < made.sound.channels; ++c) {
        std::vector<float>& channel = job->audio[static_cast<size_t>(c)];
        channel.insert(channel.end(), made.sound.channel(c),
                       made.sound.channel(c) + made.sound.samples);
      }
    }
    job->all_sound = made.last;
    if (job->options.stream_audio && made.sound.samples > 0) {
      Event event{Event::Kind::kSound};
      event.sound = std::move(made.sound);
      Tell(*job, std::move(event));
    }
    FinishIfDone(*job);
  }
}

// Before anything is done for one who comes: those who listen already should not wait for it.
bool Scheduler::GiveWhatThereIs() {
  if (sound_ == nullptr || !sound_->SetShared(jobs_.size() > 1)) return false;
  if (sound_->in_turns()) sound_->MakeForATurn();
  TakeSound();
  return true;
}

void Scheduler::FinishIfDone(Job& job) {
  if (!job.finished() || (job.wants_audio() && !job.all_sound)) return;
  TellProgress(job);
  Event event{Event::Kind::kDone};
  event.result.codes = job.sample->piece.codes();
  if (job.keeps_audio()) {
    Waveform& audio = event.result.audio;
    audio = Waveform(pipeline_.stages().files().codec.sample_rate_hz,
                     static_cast<int64_t>(job.audio.size()),
                     static_cast<int64_t>(job.audio.front().size()));
    for (size_t c = 0; c < job.audio.size(); ++c) {
      std::copy(job.audio[c].begin(), job.audio[c].end(), audio.channel(static_cast<int64_t>(c)));
    }
  }
  Tell(job, std::move(event));
  Remove(job.id);
}

void Scheduler::TellProgress(const Job& job) {
  if (!job.sample || !job.options.progress) return;
  Event event{Event::Kind::kProgress};
  event.progress = {job.steps_done, job.steps_total};
  Tell(job, std::move(event));
}

void Scheduler::Step(std::vector<Event>* events) {
  events_ = events;
  rests_ = false;
  DropCancelled();
  if (!GiveWhatThereIs()) {
    const bool news = PrepareBatches();
    Admit();
    StartWindows();
    SteerRunning();
    if (!news) Work();  // what is new is told before work goes into it
    TakeSound();
  }
  if (!rests_) {
    for (const Job& job : jobs_) TellProgress(job);
  }
  events_ = nullptr;
}

}  // namespace musicgen::session
