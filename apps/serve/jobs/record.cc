#include "serve/jobs/record.h"

#include <algorithm>

#include "musicgen/frames.hpp"

namespace musicgen::serve {

int64_t JobRecord::StepsOfTake(int64_t frame_rate_hz) const {
  if (endless()) return 0;
  for (const Take& take : takes) {
    if (take.steps_total > 0) return take.steps_total;
  }
  return FramesOf(request.params.duration_s, frame_rate_hz);
}

JobStatus JobRecord::Status(int64_t frame_rate_hz) const {
  JobStatus status;
  status.id = id;
  status.model = model_name;
  status.state = state;
  status.prompt = request.prompt;
  status.params = request.params;
  status.endless = endless();
  status.takes = static_cast<int>(takes.size());
  status.steps_total = StepsOfTake(frame_rate_hz) * static_cast<int64_t>(takes.size());
  for (const Take& take : takes) {
    status.steps_done += take.steps_done;
    status.frames = std::max(status.frames, take.codes.frames);
  }
  status.failure = failure;
  status.created_s = created_s;
  status.started_s = started_s;
  status.ended_s = ended_s;
  return status;
}

double UnixTime() {
  using Seconds = std::chrono::duration<double>;
  return Seconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace musicgen::serve
