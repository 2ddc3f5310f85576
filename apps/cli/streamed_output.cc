#include "cli/streamed_output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "cli/outputs.h"

namespace musicgen::cli {
namespace {

void Put(const std::vector<uint8_t>& bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size() ||
      std::fflush(stdout) != 0) {
    throw Error(ErrorCode::kFailure,
                std::string("cannot write to stdout: ") + std::strerror(errno));
  }
}

}  // namespace

StreamedOutput::StreamedOutput(const AudioFlags& flags, const ModelInfo& info, int64_t samples,
                               bool talkative)
    : wav_({AudioFormat::kWav, flags.samples()}, info.sample_rate_hz, info.audio_channels, samples),
      clips_(Clips(flags)) {
  if (talkative && flags.level() != Strategy::kNone && flags.level() != Strategy::kClip) {
    std::fputs("stdout is streamed: its gain is fixed at 1, the level is not normalised\n", stderr);
  }
}

void StreamedOutput::Write(const Waveform& chunk) {
  Put(wav_.Write(chunk));
  if (clips_) clipped_ += CountBeyondFullScale(chunk);
  samples_ += chunk.channels * chunk.samples;
}

void StreamedOutput::Finish() const { ReportClipping("-", clipped_, samples_); }

}  // namespace musicgen::cli
