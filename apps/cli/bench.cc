#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>

#include "cli/build_info.h"
#include "cli/commands.h"
#include "cli/errors.h"
#include "cli/json.h"

namespace musicgen::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr char kPrompt[] =
    "80s electronic track with melodic synthesizers, catchy beat and groovy bass";
constexpr int64_t kPatternSteps = 3;  // that the delay pattern adds to the frames
constexpr int64_t kFirstFrames = 8;   // of the first audio that could be played
constexpr int64_t kCodecFrames = 500;
constexpr int kCodecRuns = 3;

double Seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

template <class F>
double Time(const F& work) {
  const Clock::time_point start = Clock::now();
  work();
  return Seconds(Clock::now() - start);
}

// When each step of the streams, which go together, was done.
class StepClock {
 public:
  StepClock(int64_t steps, Clock::time_point start) : steps_(steps), start_(start) {}

  // The library counts the model calls of all requests together.
  void Note(const GenerationProgress& progress) {
    const double share =
        static_cast<double>(progress.steps_done) / static_cast<double>(progress.steps_total);
    const auto step = static_cast<int64_t>(std::lround(share * static_cast<double>(steps_)));
    if (times_.empty() || times_.back().step != step) {
      times_.push_back({step, Seconds(Clock::now() - start_)});
    }
  }

  // From the start until so many steps were done, the text encoding included.
  std::optional<double> Until(int64_t step) const {
    for (const Entry& entry : times_) {
      if (entry.step >= step) return entry.seconds;
    }
    return std::nullopt;
  }

  // Average of the steps up to `step`, from the first report on.
  std::optional<double> Rate(int64_t step) const {
    const std::optional<double> end = Until(step);
    if (!end || step <= times_.front().step || *end <= times_.front().seconds) return std::nullopt;
    return static_cast<double>(step - times_.front().step) / (*end - times_.front().seconds);
  }

 private:
  struct Entry {
    int64_t step;
    double seconds;
  };
  const int64_t steps_;
  const Clock::time_point start_;
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

// Seconds of sound decoded in a second: the median of a few runs.
double CodecSpeed(Model& model, const Codes& codes) {
  const Codes head = FirstFrames(codes, kCodecFrames);
  std::vector<double> seconds(kCodecRuns);
  double sound_s = 0;
  for (double& s : seconds) s = Time([&] { sound_s = model.Decode(head).duration_s(); });
  std::nth_element(seconds.begin(), seconds.begin() + kCodecRuns / 2, seconds.end());
  return sound_s / seconds[kCodecRuns / 2];
}

// Packed matrices, and the keys and values of the positions decoded before, averaged over the
// steps.
double BytesPerStep(const StepTraffic& traffic, int64_t steps, int64_t batch) {
  const double positions = (static_cast<double>(steps) + 1) / 2;
  return static_cast<double>(traffic.weight_bytes) +
         static_cast<double>(traffic.kv_bytes_per_position) * positions *
             static_cast<double>(batch);
}

}  // namespace

int Run(const BenchFlags& flags) {
  const ModelOptions model_options = flags.model.Options();
  std::optional<Model> model;
  double load_s = Time([&] { model.emplace(model_options); });
  const int64_t frame_rate_hz = model->info().frame_rate_hz;

  const int64_t frames = flags.steps - kPatternSteps;
  const int streams = static_cast<int>(flags.batch);
  load_s += Time([&] { model->Load(streams, model->info().max_duration_s); });
  GenerateOptions options;
  options.decode_audio = false;
  options.progress = [](const GenerationProgress&) { return true; };
  model->Generate(Requests(1, kFirstFrames, frame_rate_hz), options);  // warm up

  const auto requests = Requests(flags.batch, frames, frame_rate_hz);
  StepClock clock(flags.steps, Clock::now());
  options.progress = [&](const GenerationProgress& progress) {
    clock.Note(progress);
    return true;
  };
  const auto results = model->Generate(requests, options);
  if (!results) throw Error(ErrorCode::kFailure, "bench: the generation stopped early");
  const Codes& codes = results->front().codes;
  const Codes head = FirstFrames(codes, kFirstFrames);
  const double head_s = Time([&] { model->Decode(head); });
  const double codec_speed = CodecSpeed(*model, codes);

  const std::optional<double> steps_per_s = clock.Rate(flags.steps);
  const std::optional<double> first_steps_s = clock.Until(kFirstFrames + kPatternSteps);
  const double bytes_per_step = BytesPerStep(model->step_traffic(), flags.steps, flags.batch);
  const int threads = model->threads();

  // Measuring the bandwidth takes memory of its own: it comes once the peak is known and the model
  // has gone.
  const uint64_t peak_bytes = PeakMemoryBytes();
  const ModelInfo info = model->info();
  model.reset();
  const double bandwidth = MeasureBandwidth(threads);

  JsonObject row;
  row.Set("steps_per_s", steps_per_s);
  row.Set("steps_per_s_1s", clock.Rate(1 * frame_rate_hz));
  row.Set("steps_per_s_10s", clock.Rate(10 * frame_rate_hz));
  row.Set("steps_per_s_30s", clock.Rate(30 * frame_rate_hz));
  row.Set("steps", flags.steps);
  row.Set("batch", flags.batch);
  row.Set("seconds_to_first_audio",
          first_steps_s ? std::optional(*first_steps_s + head_s) : std::nullopt);
  row.Set("codec_decode_x_realtime", codec_speed);
  row.Set("load_s", load_s);
  row.Set("peak_memory_bytes", peak_bytes);
  row.Set("bandwidth_gb_per_s", bandwidth / 1e9);
  row.Set("bytes_per_step", bytes_per_step);
  row.Set("bandwidth_share",
          steps_per_s ? std::optional(*steps_per_s * bytes_per_step / bandwidth) : std::nullopt);
  row.Set("threads", static_cast<int64_t>(threads));
  row.Set("precision", PrecisionName(info.precision));
  row.Set("isa", InstructionSet());
  row.Set("cpu", CpuName());
  row.Set("model", info.path);
  row.Set("file_dtype", info.file_dtype);
  row.Set("lm_parameters", info.lm_parameters);
  row.Set("commit", kCommit);
  row.Set("build_type", kBuildType);
  row.Set("version", kVersion);
  std::printf("%s\n", row.Compact().c_str());
  return 0;
}

}  // namespace musicgen::cli
