// Answers that are music.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "serve/jobs/streamed_sound.h"
#include "serve/routes/call.h"
#include "serve/routes/service.h"

namespace musicgen::serve {

// How the pieces of a sound go out while it is made.
struct Framing {
  std::string content_type;  // empty: the format's
  // The head goes out with the job's id as soon as it is queued; else with the first sound, so that
  // a job that fails before has a status of its own.
  bool head_at_once = false;
  std::function<std::string(std::string bytes)> piece;  // empty: as they are
  std::function<std::string(const JobStatus&)> last;    // behind the last piece
  std::function<std::string(const Failure&)> broken;    // instead of dropping the connection
};

// The sound while it is made. The job is cancelled when the client goes away.
void StreamAnswer(Service& service, const Call& call, JobRequest job, const ModelInfo& info,
                  const SoundFormat& format, Framing framing = {});

// The finished file when the job is done, of several takes a zip. Cancelled likewise.
void FileAnswer(Service& service, const Call& call, JobRequest job, const SoundFormat& format);

// The finished file of a job that is done: of one take, else of all.
void SendSound(Service& service, const Call& call, const std::string& id, const SoundFormat& format,
               std::optional<int> take = std::nullopt, Strategy strategy = Strategy::kLoudness);

// What a job's end means for somebody who waited for its sound.
Failure FailureOfJob(const JobStatus& status);

}  // namespace musicgen::serve
