#include "musicgen/bench.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <optional>

#include "cli/bandwidth_probe.h"
#include "cli/build_info.h"
#include "cli/commands.h"
#include "cli/fetch_model.h"
#include "cli/prompt_bench.h"
#include "cli/warnings.h"
#include "common/errors.h"
#include "common/json.h"

namespace musicgen::cli {
namespace {

using common::BadInput;
using common::JsonObject;
using Clock = std::chrono::steady_clock;

constexpr char kPrompt[] =
    "80s electronic track with melodic synthesizers, catchy beat and groovy bass";
constexpr char kProcessor[] = "cpu";
constexpr int64_t kWarmUpFrames = 8;
constexpr int64_t kBandwidthPasses = 10;
constexpr int64_t kCodecFrames = 500;
constexpr int64_t kPromptFrames = 600;
constexpr int kCodecRuns = 3;

double Seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

template <class F>
double Time(const F& work) {
  const Clock::time_point start = Clock::now();
  work();
  return Seconds(Clock::now() - start);
}

// When each step of the streams, which go together, was done; what is measured in between does not
// count.
class StepClock {
 public:
  explicit StepClock(int64_t steps) : steps_(steps), start_(Clock::now()) {}

  // The library counts the model calls of all requests together. Returns the steps done so far.
  int64_t Note(const GenerationProgress& progress) {
    const double share =
        static_cast<double>(progress.steps_done) / static_cast<double>(progress.steps_total);
    const auto step = static_cast<int64_t>(std::lround(share * static_cast<double>(steps_)));
    if (times_.empty() || times_.back().step != step) {
      times_.push_back({step, Seconds(Clock::now() - start_ - paused_)});
    }
    return step;
  }

  template <class F>
  void Pause(const F& work) {
    const Clock::time_point begin = Clock::now();
    work();
    paused_ += Clock::now() - begin;
  }

  // Steps per second from step `begin` (0 is the first report, before any) to step `end`.
  std::optional<double> Rate(int64_t begin, int64_t end) const {
    const std::optional<double> from = At(begin), to = At(end);
    if (!from || !to || *to <= *from) return std::nullopt;
    return static_cast<double>(end - begin) / (*to - *from);
  }

 private:
  struct Entry {
    int64_t step;
    double seconds;
  };

  std::optional<double> At(int64_t step) const {
    for (const Entry& entry : times_) {
      if (entry.step >= step) return entry.seconds;
    }
    return std::nullopt;
  }

  const int64_t steps_;
  const Clock::time_point start_;
  Clock::duration paused_{};
  std::vector<Entry> times_;
};

std::vector<GenerationRequest> Requests(int64_t batch, int64_t frames, int64_t frame_rate_hz) {
  GenerationRequest request;
  request.prompt = kPrompt;
  // Half a frame more: a duration is cut down to whole frames.
  request.params.duration_s =
      (static_cast<double>(frames) + 0.5) / static_cast<double>(frame_rate_hz);
  std::vector<GenerationRequest> requests(static_cast<size_t>(batch), request);
  for (size_t i = 0; i < requests.size(); ++i) requests[i].params.seed = i;
  return requests;
}

Codes FirstFrames(const Codes& codes, int64_t frames) {
  Codes head(codes.codebooks, std::min(frames, codes.frames));
  for (int64_t k = 0; k < head.codebooks; ++k) {
    for (int64_t t = 0; t < head.frames; ++t) head.at(k, t) = codes.at(k, t);
  }
  return head;
}

// Seconds of sound handled in a second: the median of a few runs.
template <class F>
double CodecSpeed(double sound_s, const F& work) {
  std::vector<double> seconds(kCodecRuns);
  for (double& s : seconds) s = Time(work);
  std::nth_element(seconds.begin(), seconds.begin() + kCodecRuns / 2, seconds.end());
  return sound_s / seconds[kCodecRuns / 2];
}

// From the request until the first sound that a player would get.
double SecondsToFirstAudio(Model& model, int64_t frame_rate_hz) {
  GenerateOptions options;
  options.decode_audio = false;
  options.audio = [](size_t, const Waveform&) { return false; };
  return Time([&] { model.Generate(Requests(1, frame_rate_hz, frame_rate_hz), options); });
}

// Keys and values of the positions decoded before, averaged over the steps.
double KvBytesPerStep(const StepTraffic& traffic, int64_t steps, int64_t batch) {
  const double positions = (static_cast<double>(steps) + 1) / 2;
  return static_cast<double>(traffic.kv_bytes_per_position) * positions *
         static_cast<double>(batch);
}

double BytesPerStep(const StepTraffic& traffic, int64_t steps, int64_t batch) {
  return static_cast<double>(traffic.weight_bytes) + KvBytesPerStep(traffic, steps, batch);
}

// Of each stage: its part of a step's time, the bytes it reads, and the share of the bandwidth that
// is.
JsonObject Stages(const StageSeconds& seconds, const StepTraffic& traffic, const BenchFlags& flags,
                  double bandwidth) {
  const double total = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  JsonObject stages;
  for (size_t i = 0; i < seconds.size(); ++i) {
    double bytes = static_cast<double>(traffic.stage_weight_bytes[i]);
    if (i == static_cast<size_t>(StepStage::kSelfAttention)) {
      bytes += KvBytesPerStep(traffic, flags.steps, flags.batch);
    }
    JsonObject stage;
    stage.Set("time_share", seconds[i] / total);
    stage.Set("bytes_per_step", bytes);
    stage.Set("bandwidth_share", bytes * static_cast<double>(flags.steps) / seconds[i] / bandwidth);
    stages.Set(kStepStageNames[i], stage);
  }
  return stages;
}

std::vector<double> InGigabytes(std::vector<double> bytes) {
  for (double& value : bytes) value /= 1e9;
  return bytes;
}

}  // namespace

int Run(const BenchFlags& flags) {
  BandwidthProbe probe;  // forks, hence before the model's threads
  const ModelOptions model_options = Fetch(flags.model, /*style=*/false);
  std::optional<Model> model;
  double load_s = Time([&] { model.emplace(model_options); });
  const ModelInfo& info = model->info();
  PrintWarnings(info.warnings);
  const int64_t frame_rate_hz = info.frame_rate_hz;
  load_s += Time([&] { model->Load(static_cast<int>(flags.batch), info.max_duration_s); });
  probe.Prepare(model->threads());

  GenerateOptions options;
  options.decode_audio = false;
  // The steps that the codebooks' delays add to the frames.
  int64_t delay_steps = 0;
  options.progress = [&](const GenerationProgress& progress) {
    delay_steps = progress.steps_total - kWarmUpFrames;
    return true;
  };
  model->Generate(Requests(1, kWarmUpFrames, frame_rate_hz), options);
  const int64_t frames = flags.steps - delay_steps;
  if (frames < 1) {
    BadInput("--steps: expected more than the " + std::to_string(delay_steps) +
             " that the codebooks' delays take, found " + std::to_string(flags.steps));
  }
  const StageSeconds warm_up_seconds = StageSecondsOf(*model);
  StepClock clock(flags.steps);
  options.progress = [&](const GenerationProgress& progress) {
    const int64_t step = clock.Note(progress);
    const auto passes = static_cast<int64_t>(probe.passes().size());
    if (step * kBandwidthPasses >= passes * flags.steps && passes < kBandwidthPasses) {
      clock.Pause([&] { probe.Pass(); });
    }
    return true;
  };
  const auto results = model->Generate(Requests(flags.batch, frames, frame_rate_hz), options);
  StageSeconds stage_seconds = StageSecondsOf(*model);
  for (size_t i = 0; i < stage_seconds.size(); ++i) stage_seconds[i] -= warm_up_seconds[i];
  const double first_audio_s = SecondsToFirstAudio(*model, frame_rate_hz);

  const Codes head = FirstFrames(results.front().codes, kCodecFrames);
  const Waveform sound = model->Decode(head);
  const double decode_speed = CodecSpeed(sound.duration_s(), [&] { model->Decode(head); });
  const uint64_t peak_bytes = PeakMemoryBytes();  // before the encoder, which generating lacks
  model->Encode(sound);
  const double encode_speed = CodecSpeed(sound.duration_s(), [&] { model->Encode(sound); });
  const PromptSpeed prompt = MeasurePrompt(
      *model, model->Decode(FirstFrames(results.front().codes, kPromptFrames)), kPrompt);

  const int64_t second = frame_rate_hz;
  const std::optional<double> steps_per_s = clock.Rate(0, flags.steps);
  const std::optional<double> first_second = clock.Rate(0, second);
  const std::optional<double> last_second =
      flags.steps >= second ? clock.Rate(flags.steps - second, flags.steps) : std::nullopt;
  const StepTraffic traffic = StepTrafficOf(*model);
  const double bytes_per_step = BytesPerStep(traffic, flags.steps, flags.batch);
  const std::string device = DeviceOf(*model);
  GraphicsCardSpeed card;
  if (device != kProcessor) card = SpeedOf(device);
  const double bandwidth = device == kProcessor ? probe.Best() : card.copy_bytes_per_s;
  const auto share = [&](const std::optional<double>& rate, double bytes) {
    return rate ? std::optional(*rate * bytes / bandwidth) : std::nullopt;
  };

  JsonObject row;
  row.Set("steps_per_s", steps_per_s);
  row.Set("steps_per_s_1s", first_second);
  row.Set("steps_per_s_10s", clock.Rate(0, 10 * second));
  row.Set("steps_per_s_30s", clock.Rate(0, 30 * second));
  row.Set("steps_per_s_last_second", last_second);
  row.Set("stream_steps_per_s", steps_per_s
                                    ? std::optional(*steps_per_s * static_cast<double>(flags.batch))
                                    : std::nullopt);
  row.Set("steps", flags.steps);
  row.Set("batch", flags.batch);
  row.Set("seconds_to_first_audio", first_audio_s);
  row.Set("codec_decode_x_realtime", decode_speed);
  row.Set("codec_encode_x_realtime", encode_speed);
  row.Set("prompt_columns", prompt.columns);
  row.Set("prompt_pass_s", prompt.pass_s);
  row.Set("prompt_hold_s", prompt.hold_s);
  row.Set("load_s", load_s);
  row.Set("peak_memory_bytes", peak_bytes);
  row.Set("bandwidth_gb_per_s", probe.Best() / 1e9);
  row.Set("bandwidth_passes_gb_per_s", InGigabytes(probe.passes()));
  row.Set("weight_bytes_per_step", traffic.weight_bytes);
  row.Set("kv_bytes_per_position", traffic.kv_bytes_per_position);
  row.Set("bytes_per_step", bytes_per_step);
  row.Set("bandwidth_share", share(steps_per_s, bytes_per_step));
  row.Set("bandwidth_share_1s", share(first_second, BytesPerStep(traffic, second, flags.batch)));
  if (device == kProcessor) row.Set("stages", Stages(stage_seconds, traffic, flags, bandwidth));
  row.Set("device", device);
  if (device != kProcessor) {
    row.Set("device_copy_gb_per_s", card.copy_bytes_per_s / 1e9);
    row.Set("device_dispatch_us", card.dispatch_s * 1e6);
  }
  row.Set("threads", static_cast<int64_t>(model->threads()));
  row.Set("precision", PrecisionName(info.precision));
  row.Set("isa", InstructionSet());
  row.Set("cpu", CpuName());
  row.Set("model", info.path);
  row.Set("file_dtype", info.file_dtype);
  row.Set("lm_parameters", info.lm_parameters);
  row.Set("commit", kCommit);
  row.Set("build_type", kBuildType);
  row.Set("version", Version());
  std::printf("%s\n", row.Compact().c_str());
  return 0;
}

}  // namespace musicgen::cli
