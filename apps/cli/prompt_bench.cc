#include "cli/prompt_bench.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

namespace musicgen::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kOtherSeconds = 4;  // more steps than a prompt has chunks

// The library reports once before every chunk of a prompt and step of the streams.
struct Report {
  double seconds;
  int64_t steps_done;
};

std::vector<Report> Reports(Model& model, const std::vector<GenerationRequest>& requests) {
  std::vector<Report> reports;
  GenerateOptions options;
  options.decode_audio = false;
  const Clock::time_point start = Clock::now();
  options.progress = [&](const GenerationProgress& progress) {
    const std::chrono::duration<double> now = Clock::now() - start;
    reports.push_back({now.count(), progress.steps_done});
    return true;
  };
  model.Generate(requests, options);
  return reports;
}

}  // namespace

PromptSpeed MeasurePrompt(Model& model, const Waveform& sound, const char* text) {
  const auto rate_hz = static_cast<double>(model.info().frame_rate_hz);
  PromptSpeed speed;
  speed.columns = std::lround(sound.duration_s() * rate_hz);
  GenerationRequest continuing;
  continuing.prompt = text;
  continuing.audio_prompt = sound;
  continuing.params.duration_s = (static_cast<double>(speed.columns) + 1.5) / rate_hz;

  const std::vector<Report> alone = Reports(model, {continuing});
  const auto stepped = std::find_if(alone.begin(), alone.end(),
                                    [](const Report& report) { return report.steps_done > 0; });
  if (stepped != alone.end()) speed.pass_s = stepped->seconds - alone.front().seconds;

  GenerationRequest other;
  other.prompt = text;
  other.params.duration_s = std::min(sound.duration_s(), kOtherSeconds);
  const std::vector<Report> both = Reports(model, {other, continuing});
  for (size_t i = 1; i < both.size(); ++i) {
    speed.hold_s = std::max(speed.hold_s, both[i].seconds - both[i - 1].seconds);
  }
  return speed;
}

}  // namespace musicgen::cli
