// What is known of a job, from its submission until it is forgotten.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "musicgen/events.hpp"
#include "serve/jobs/job.h"
#include "serve/jobs/steering_queue.h"

namespace musicgen::serve {

struct Take {
  enum class State { kWaiting, kActive, kEnded };
  State state = State::kWaiting;
  RequestId request = 0;  // in the session of its model, while it is active
  bool cancelled = false;
  bool deferred = false;  // the session has no room for it yet
  int64_t steps_done = 0, steps_total = 0;
  double sound_s = 0;   // that was counted
  int64_t hold_at = 0;  // the step before which its session holds it; 0: none
  std::chrono::steady_clock::time_point first_sound;  // later where it ran dry
  SteeringQueue steerings;
  Codes codes;                            // once it has ended
  std::shared_ptr<const Waveform> sound;  // of a whole one, as long as it is kept
};

// Guarded by the lock of Jobs.
struct JobRecord {
  std::string id;
  size_t model = 0;
  std::string model_name;
  GenerationRequest request;  // its sounds go with the last take
  bool stream = false;
  std::string provenance;

  JobState state = JobState::kQueued;
  bool cancelled = false;  // as somebody asked
  std::optional<Failure> failure;
  std::vector<Take> takes;
  size_t next_take = 0;  // that waits
  double created_s = 0, started_s = 0, ended_s = 0;
  std::chrono::steady_clock::time_point last_progress;
  std::vector<std::shared_ptr<JobWatcher>> watchers;

  bool endless() const { return request.params.duration_s == kEndless; }
  bool ended() const { return state != JobState::kQueued && state != JobState::kRunning; }
  bool waits() const { return next_take < takes.size(); }
  // Of a take, if need be as near as can be said before it is known.
  int64_t StepsOfTake(int64_t frame_rate_hz) const;
  JobStatus Status(int64_t frame_rate_hz) const;  // without its place in line
};

double UnixTime();

}  // namespace musicgen::serve
