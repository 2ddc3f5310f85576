#include "train/codec/codec_training_run.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <future>

#include "base/error.h"
#include "train/checkpoint/run_log.h"
#include "train/checkpoint/stored_values.h"
#include "train/checkpoint/training_state.h"

namespace musicgen::train {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr char kPlanned[] = "planned_updates", kTrainer[] = "trainer.";

// Means of the log's values since the last line. A value that some updates lack is that of those
// that have it.
class Means {
 public:
  void Add(const LogValues& values) {
    for (const auto& [name, value] : values) {
      const auto found = std::find_if(sums_.begin(), sums_.end(),
                                      [&](const auto& sum) { return sum.first == name; });
      if (found == sums_.end()) {
        sums_.push_back({name, {value, 1}});
      } else {
        found->second.first += value;
        ++found->second.second;
      }
    }
  }
  LogValues Values() const {
    LogValues means;
    for (const auto& [name, sum] : sums_) means.push_back({name, sum.first / sum.second});
    return means;
  }
  double of(const std::string& wanted) const {
    for (const auto& [name, mean] : Values()) {
      if (name == wanted) return mean;
    }
    return 0.0;
  }

 private:
  std::vector<std::pair<std::string, std::pair<double, int>>> sums_;
};

}  // namespace

CodecTrainingRun::CodecTrainingRun(CodecTrainer& trainer, const CodecRunSettings& settings,
                                   std::string folder, std::map<std::string, std::string> values)
    : trainer_(trainer),
      settings_(settings),
      folder_(std::move(folder)),
      values_(std::move(values)) {
  values_[kPlanned] = std::to_string(settings.updates);
  if (std::filesystem::exists(CheckpointPath())) Load();
}

void CodecTrainingRun::Save() {
  TrainingState state{trainer_.State(), values_};
  for (const auto& [name, number] : trainer_.Numbers()) {
    state.values[kTrainer + name] = ExactNumber(number);
  }
  SaveTrainingState(CheckpointPath(), state);
}

void CodecTrainingRun::Load() {
  TrainingState state{trainer_.State(), {}};
  LoadTrainingState(CheckpointPath(), state);
  const StoredValues stored(CheckpointPath(), state.values);
  for (const auto& [name, wanted] : values_) stored.Expect(name, wanted);
  std::map<std::string, double> numbers;
  for (const auto& [name, unused] : trainer_.Numbers())
    numbers[name] = stored.Number(kTrainer + name);
  for (const auto& [name, unused] : state.values) {
    if (name.starts_with(kTrainer)) {
      numbers[name.substr(sizeof(kTrainer) - 1)] = stored.Number(name);
    }
  }
  numbers["update"] = static_cast<double>(stored.Count(std::string(kTrainer) + "update"));
  trainer_.SetNumbers(numbers);
}

at::Tensor CodecTrainingRun::BatchOf(const SegmentSource& source, int64_t update) const {
  return Segments(source, static_cast<uint64_t>(update * settings_.batch_size),
                  settings_.batch_size);
}

void CodecTrainingRun::SetCodebooks(const SegmentSource& source) {
  std::vector<at::Tensor> batches;
  for (int64_t i = 0; i < settings_.kmeans_batches; ++i) {
    batches.push_back(BatchOf(source, trainer_.update() + i));
  }
  trainer_.SetCodebooks(batches);
}

bool CodecTrainingRun::Run(const SegmentSource& train, const SegmentSource& valid,
                           const std::function<bool()>& stop) {
  RunLog log(folder_, trainer_.update());
  std::vector<at::Tensor> held_out;
  if (settings_.report_every > 0) {
    for (int64_t done = 0; done < settings_.valid_segments; done += settings_.batch_size) {
      held_out.push_back(Segments(valid, static_cast<uint64_t>(done),
                                  std::min(settings_.batch_size, settings_.valid_segments - done)));
    }
  }
  const int64_t planned = settings_.updates, first = trainer_.update();
  const auto next_batch = [&](int64_t update) {
    return std::async(std::launch::async, [&, update] { return BatchOf(train, update); });
  };
  std::future<at::Tensor> coming;
  if (first < planned) coming = next_batch(first);
  const auto start = Clock::now();
  auto saved = start, logged = start;
  double logged_audio_s = 0;
  Means means;
  bool stopped = false;
  while (trainer_.update() < planned && !stopped) {
    const at::Tensor batch = coming.get();
    if (trainer_.update() + 1 < planned) coming = next_batch(trainer_.update() + 1);
    if (trainer_.WantsCodebooks()) SetCodebooks(train);
    means.Add(trainer_.Update(batch));
    logged_audio_s +=
        static_cast<double>(batch.numel()) / static_cast<double>(trainer_.config().sample_rate_hz);
    const int64_t update = trainer_.update();
    const bool last = update == planned;
    if (update % settings_.log_every == 0 || last) {
      LogValues values = means.Values();
      values.push_back({"lr", trainer_.learning_rate()});
      values.push_back({"audio_s_per_s", logged_audio_s / SecondsSince(logged)});
      log.Write("train", update, values);
      const double left = SecondsSince(start) / static_cast<double>(update - first) *
                          static_cast<double>(planned - update);
      std::fprintf(stderr, "update %lld of %lld, SI-SNR %.2f dB, %.1f s of audio/s, %s left\n",
                   static_cast<long long>(update), static_cast<long long>(planned),
                   means.of("si_snr"), values.back().second, ReadableDuration(left).c_str());
      means = Means();
      logged = Clock::now();
      logged_audio_s = 0;
    }
    stopped = !last && stop && stop();
    if (settings_.report_every > 0 && !stopped && (last || update % settings_.report_every == 0)) {
      const LogValues values = trainer_.Validate(held_out);
      log.Write("valid", update, values);
      for (const auto& [name, value] : values) {
        std::fprintf(stderr, "  %s %.4f\n", name.c_str(), value);
      }
      logged = Clock::now();
      logged_audio_s = 0;
    }
    if (stopped || last || SecondsSince(saved) >= settings_.checkpoint_every_s) {
      Save();
      saved = Clock::now();
    }
  }
  return trainer_.update() >= planned;
}

}  // namespace musicgen::train
