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
#include "musicgen/model_options.hpp"
#include "serve/jobs/job.h"

namespace musicgen::serve {

struct ServedModel {
  std::string id;  // its name to clients: as given on the command line
  ModelOptions options;
};

struct JobLimits {
  int parallel = 0;  // streams at once; 0: as ModelOptions::max_streams
  int queue = 32;    // jobs that wait
  int takes = 16;
  double duration_s = 300;
  size_t prompt_characters = 4096;
  int kept_jobs = 512;  // that have ended; the oldest are forgotten
  double kept_s = 3600;
  uint64_t kept_sound_bytes = 512 << 20;  // of sound beside the codes, else rendered again
};

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
  std::optional<ModelInfo> info;  // once it was opened
};

// Thread-safe. One thread of its own steps all models' sessions in turn; others load models and
// render.
class Jobs {
 public:
  // Opens the first model and begins to load it; the others are opened when they are asked for.
  Jobs(std::vector<ServedModel> models, const JobLimits& limits);
  ~Jobs();  // cancels what is left

  // Returns its id. Throws Refusal: 400 for what the model cannot do, 404 for a model that is not
  // served, 429 with retry_after_s when the queue is full, 503 while draining.
  std::string Submit(JobRequest request, std::shared_ptr<JobWatcher> watcher = nullptr);
  std::optional<JobStatus> Status(const std::string& id) const;
  // Hears from now on; Ended at once for a job that has ended. False: no such job.
  bool Watch(const std::string& id, std::shared_ptr<JobWatcher> watcher);
  // False: no such job. One that has ended is left alone.
  bool Cancel(const std::string& id);
  // `steered` is called on the owner's thread with the step from which it holds, -1: never, and
  // when the job ends before. Throws Refusal: 404, 409 for one that has ended, 400 for bad values.
  void Steer(const std::string& id, const Steering& steering,
             std::function<void(int64_t step)> steered);

  // The codes [K, T] of each take of a job that is done; of a cancelled one what was kept.
  std::vector<Codes> CodesOf(const std::string& id) const;
  // The finished file of each take, byte for byte the command line's of the same request (its level
  // normalised, its comment), on a worker's thread. `format` as on the command line: wav, flac,
  // ogg, opus, mp3; or pcm: 16-bit little-endian samples without a head.
  void Render(const std::string& id, const std::string& format,
              std::function<void(std::vector<std::string> files, std::exception_ptr)> done);

  std::vector<ModelStatus> models() const;
  // The files' description of a model, opened if need be; throws Refusal(404).
  ModelInfo InfoOf(const std::string& model);
  JobCounts counts() const;
  bool ready() const;  // the first model is loaded and it does not drain
  const JobLimits& limits() const;
  // No more jobs; returns when all have ended or after `seconds`, and cancels what is left then.
  void Drain(double seconds);

  // Work that takes milliseconds (encoding a chunk), in order; and work that takes seconds.
  void PostShort(std::function<void()> work);
  void PostLong(std::function<void()> work);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace musicgen::serve
