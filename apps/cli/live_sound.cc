#include "cli/live_sound.h"

#include <algorithm>

#include "cli/outputs.h"

namespace musicgen::cli {
namespace {

int64_t BytesOf(SampleFormat samples) {
  if (samples == SampleFormat::kPcm16) return 2;
  return samples == SampleFormat::kPcm24 ? 3 : 4;
}

}  // namespace

LiveEncoder::LiveEncoder(const LiveFlags& flags, const ModelInfo& info)
    : stream_({flags.audio.kind(), flags.audio.samples()}, info.sample_rate_hz,
              info.audio_channels),
      sample_bytes_(flags.bare_samples ? BytesOf(flags.audio.samples()) : 0),
      clips_(Clips(flags.audio)) {}

std::vector<uint8_t> LiveEncoder::Write(const Waveform& chunk) {
  if (clips_) clipped_ += CountBeyondFullScale(chunk);
  samples_ += chunk.channels * chunk.samples;
  std::vector<uint8_t> bytes = stream_.Write(chunk);
  if (sample_bytes_ > 0 && !began_) {  // a WAV file's samples behind its header
    bytes.erase(bytes.begin(), bytes.end() - chunk.channels * chunk.samples * sample_bytes_);
  }
  began_ = true;
  return bytes;
}

std::vector<uint8_t> LiveEncoder::Finish() {
  std::vector<uint8_t> bytes = stream_.Finish();
  if (sample_bytes_ > 0 && !began_) bytes.clear();
  return bytes;
}

void LiveEncoder::Report() const { ReportClipping("-", clipped_, samples_); }

void ListenerClock::Sent(double seconds) {
  end_ = std::max(end_, Clock::now()) +
         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

double ListenerClock::AheadSeconds() {
  return std::max(0.0, std::chrono::duration<double>(end_ - Clock::now()).count());
}

}  // namespace musicgen::cli
