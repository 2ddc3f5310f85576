// The sound of a job, encoded while it is made.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "serve/jobs/jobs.h"

namespace musicgen::serve {

struct SoundFormat {
  std::string name = "wav";    // wav, pcm, mp3, opus, flac
  int64_t sample_rate_hz = 0;  // 0: the model's; else a usual one from 8 to 96 kHz
  int64_t channels = 0;        // 0: the model's
  int bitrate_kbps = 0;        // 0: the format's usual
};

// "audio/wav" and its kin; of pcm with rate and channels.
std::string ContentType(const SoundFormat& format, const ModelInfo& info);

// Where encoded bytes go; called on the short worker, in order.
struct ByteSink {
  std::function<bool(std::string bytes)> write;  // false: nobody listens any more; the job ends
  std::function<void(const JobStatus&)> end;     // after the last bytes; also of a failed job
};

// A watcher for Jobs::Submit with `stream`. The level is the model's own, clipped at full scale, as
// the command line streams it; WAV of unknown length for music without end. Opus has no 32 kHz and
// becomes 48. Metadata say how it was made, but for WAV and PCM. Where a job without end is
// cancelled the encoder still says its last word; a job that is cut short ends without it. Throws
// Refusal(400) and Error for what the format cannot be.
std::shared_ptr<JobWatcher> StreamSound(Jobs& jobs, const SoundFormat& format,
                                        const ModelInfo& info, const GenerationRequest& request,
                                        ByteSink sink);

}  // namespace musicgen::serve
