// All jobs of the server: queued, running, and those that ended a while ago.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "musicgen/codes.hpp"
#include "musicgen/events.hpp"
#include "musicgen/model_info.hpp"
#include "musicgen/normalization.hpp"
#include "musicgen/waveform.hpp"
#include "serve/jobs/job.h"
#include "serve/jobs/job_limits.h"
#include "serve/jobs/served_model.h"

namespace musicgen::serve {

struct JobCounts {
  int queued = 0, running = 0;
  uint64_t done = 0, cancelled = 0, failed = 0, refused = 0;
  uint64_t steps = 0;  // model calls
  double sound_s = 0;  // of music made
};

// What a model's entry in /v1/models and /props says.
struct ModelStatus {
  std::string id;
  bool loaded = false, loading = false;
  ModelInfo info;
  std::string device;  // on which its language model computes; empty before it was first loaded
};

// 404, for an id that is not known, or no longer.
[[noreturn]] void RefuseUnknownJob();

// Thread-safe. One thread of its own steps all models' sessions in turn; others load models and
// render.
class Jobs {
 public:
  // Opens all models, throws Error where one cannot be, and begins to load the first; the others
  // are loaded when they are asked for. `trouble` is told, on some thread, in a sentence each, what
  // the operator should know: a model that cannot be loaded, a step that failed.
  Jobs(std::vector<ServedModel> models, const JobLimits& limits,
       std::function<void(const std::string&)> trouble = nullptr);
  ~Jobs();  // cancels what is left

  // Returns its id. Throws Refusal: 400 for what the model cannot do or the limits forbid, 404 for
  // a model that is not served, 429 with retry_after_s when the queue is full, 503 while draining.
  std::string Submit(JobRequest request, std::shared_ptr<JobWatcher> watcher = nullptr);
  std::optional<JobStatus> Status(const std::string& id) const;
  // Hears from now on; Ended at once for a job that has ended. False: no such job.
  bool Watch(const std::string& id, std::shared_ptr<JobWatcher> watcher);
  // False: no such job. One that has ended is left alone.
  bool Cancel(const std::string& id);
  // `steered` is called on the owner's thread with the step from which it holds (of several takes
  // the last), -1: never, and when the job ends before. Steerings without a step take effect in the
  // order they came. Throws Refusal: 404, 409 for one that has ended, 400 for bad values.
  void Steer(const std::string& id, const Steering& steering,
             std::function<void(int64_t step)> steered);

  // The codes [K, T] of each take of a job that is done; of a cancelled one what was kept.
  std::vector<Codes> CodesOf(const std::string& id) const;
  // The finished file of each take, byte for byte the command line's of the same request (its level
  // normalised, its comment), on a worker's thread. `format` as on the command line: wav, flac,
  // ogg, opus, mp3; or pcm: 16-bit little-endian samples without a head. Throws Refusal: 404, 409
  // for a job that is not done, 400 for another format.
  void Render(const std::string& id, const std::string& format,
              std::function<void(std::vector<std::string> files, std::exception_ptr)> done,
              Strategy strategy = Strategy::kLoudness);
  // The sound of each take as the model made it, [C, 640·T], likewise.
  void MakeSounds(const std::string& id,
                  std::function<void(std::vector<Waveform> sounds, std::exception_ptr)> done);

  std::vector<ModelStatus> models() const;
  // The files' description of a model, of the first one for ""; throws Refusal(404).
  ModelInfo InfoOf(const std::string& model) const;
  // What the files of a job say about its making (Model::Provenance); empty: no such job.
  std::string ProvenanceOf(const std::string& id) const;
  JobCounts counts() const;
  bool ready() const;  // the first model is loaded and it does not drain
  const JobLimits& limits() const;
  // No more jobs; returns when all have ended and what PostShort was given is done. What has not
  // ended after `seconds` is cancelled. Not from a watcher.
  void Drain(double seconds);

  // Work that takes milliseconds (encoding a chunk), in order; and work that takes seconds, on
  // threads that give way to others. At the end what is short is done, what is long may be dropped.
  void PostShort(std::function<void()> work);
  void PostLong(std::function<void()> work);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace musicgen::serve
