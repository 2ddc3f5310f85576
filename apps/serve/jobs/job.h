// One order of music: what is asked, where it stands, and who hears of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "musicgen/codes.hpp"
#include "musicgen/generation.hpp"
#include "musicgen/waveform.hpp"
#include "serve/http/failure.h"

namespace musicgen::serve {

struct JobRequest {
  std::string model;             // a name of /v1/models; empty: the first
  GenerationRequest request;     // kEndless only with `stream`
  std::optional<uint64_t> seed;  // goes into `request`; absent: drawn
  int takes = 1;                 // results of the same request
  bool stream = false;           // somebody listens while it is made
};

enum class JobState { kQueued, kRunning, kDone, kCancelled, kFailed };

struct JobStatus {
  std::string id;  // 32 hexadecimal digits from the system's random numbers
  std::string model;
  JobState state = JobState::kQueued;
  std::optional<std::string> prompt;
  GenerationParams params;  // as asked; seed drawn where none was given
  bool endless = false;
  int takes = 1;
  // Of all takes. The total is 0 for a job without end, and near the truth until it has begun.
  int64_t steps_done = 0, steps_total = 0;
  int64_t frames = 0;      // of each take, once it has ended
  int queue_position = 0;  // from 1 while it is queued
  std::optional<Failure> failure;
  double created_s = 0;               // Unix time
  double started_s = 0, ended_s = 0;  // 0: not yet
};

// Hears of one job, on the owner's thread, and returns at once. It may call Jobs, but for Drain.
class JobWatcher {
 public:
  virtual ~JobWatcher() = default;
  virtual void Started(const JobStatus&) {}
  virtual void Sound(int take, const Waveform& chunk) {  // [C, n], follows the one before
    (void)take, (void)chunk;
  }
  virtual void Progress(const JobStatus&) {}          // ten times a second at the most
  virtual void Steered(int64_t step) { (void)step; }  // as Jobs::Steer's; -1: never
  virtual void Ended(const JobStatus&) {}             // the last call
};

}  // namespace musicgen::serve
