// Requests from submission to their last event: prepared, admitted as memory allows, stepped
// together, steered, cancelled; each apart from the others.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <vector>

#include "generate/pipeline.h"
#include "lm/decode_engine.h"
#include "musicgen/events.hpp"
#include "session/job.h"
#include "session/preparer.h"
#include "session/sound_maker.h"

namespace musicgen::session {

struct Submission {
  RequestId id = 0;
  GenerationRequest request;  // checked
  RequestOptions options;
};

struct SchedulerLimits {
  int streams = 0;           // at once; 0: what the device steps with profit
  uint64_t cache_bytes = 0;  // of their keys and values; 0: what is available
};

// One owner drives it.
class Scheduler {
 public:
  // All outlive the scheduler, which alone drives the backend.
  Scheduler(const generate::Pipeline& pipeline, lm::DecodeBackend& backend,
            const SchedulerLimits& limits);
  ~Scheduler();

  // Requests that depend on one another, or a single one.
  void Submit(std::vector<Submission> batch);
  void Cancel(RequestId id);
  void Steer(RequestId id, const Steering& steering);
  // The request stops before this of its steps, until it is held at a later one or at none.
  void Hold(RequestId id, std::optional<int64_t> at_step);

  // Does what can be done now, one step of the running streams at the most; waits for at most 20 ms
  // where nothing can. Appends what happened.
  void Step(std::vector<Event>* events);
  bool idle() const { return jobs_.empty(); }
  // The last step found nothing to do: all that runs is held.
  bool rests() const { return rests_; }
  // What the steps so far spent where.
  StageSeconds stage_seconds() const { return engine_.stage_seconds(); }

  // Of keys and values, for requests that are admitted.
  uint64_t reserved_bytes() const { return reserved_bytes_; }

  // Whether a text goes through the encoder in about a chunk's time, and need not go beside steps.
  static bool IsShort(const std::optional<std::string>& prompt);

 private:
  // Requests whose conditions and audio prompts are on their way.
  struct Batch {
    std::vector<RequestId> ids;
    std::vector<GenerationRequest> requests;
    Preparer::Handle task;
    struct Prepared {
      std::vector<generate::Sample> samples;
      std::vector<Conditions> first_windows;
    };
    std::shared_ptr<Prepared> prepared;
  };

  Job* Find(RequestId id);
  bool Running() const;  // whether any request is admitted
  void Tell(const Job& job, Event event);
  void Remove(RequestId id);
  void Fail(RequestId id, const Error& error);

  void DropCancelled();
  bool PrepareBatches();  // whether any became ready
  void StartBatch(Batch& batch, bool now);
  bool TakePrepared();
  void Admit();
  bool TryAdmit(Job& job);  // false: later
  void StartWindows();
  void StartWindow(Job& job);
  void PrepareNextWindow(Job& job, int64_t first_frame);
  void SteerRunning();
  bool IsReady(PendingSteering& steering);
  void SteerJob(Job& job);
  void Apply(Job& job, PendingSteering& steering);
  void Work();
  enum class Turn { kNone, kChunk, kSound, kPreparing };
  Turn NextTurn();
  void Take(const lm::Ticked& ticked);
  void TakeColumn(Job& job, const lm::SampledColumn& column);
  void TakeSound();
  bool GiveWhatThereIs();
  void TellProgress(const Job& job);
  void FinishIfDone(Job& job);

  const generate::Pipeline& pipeline_;
  lm::DecodeBackend& backend_;
  const bool prefix_model_;  // conditioned in front of the codes
  const SchedulerLimits limits_;
  uint64_t budget_bytes_ = 0;
  uint64_t reserved_bytes_ = 0;

  Preparer preparer_;
  std::unique_ptr<SoundMaker> sound_;  // once somebody wants sound
  lm::DecodeEngine engine_;
  std::deque<Batch> batches_;
  std::list<Job> jobs_;  // in the order of submission
  std::map<lm::StreamId, RequestId> streams_;
  // The running streams have waited for something since their last step, and wait for nothing else.
  bool held_up_ = false;
  bool rests_ = false;
  size_t turn_ = 0;                       // counts the turns
  std::vector<Event>* events_ = nullptr;  // of the step at hand
};

}  // namespace musicgen::session
