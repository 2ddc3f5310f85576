#include "train/lm/training_run.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <future>
#include <optional>

#include "base/error.h"
#include "train/checkpoint/run_log.h"
#include "train/checkpoint/stored_values.h"
#include "train/checkpoint/training_state.h"
#include "train/lm/shared_update.h"

namespace musicgen::train {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr char kUpdate[] = "update", kPlanned[] = "planned_updates", kPositions[] = "positions",
               kEmaCount[] = "ema_count", kOptimizer[] = "optimizer.";

}  // namespace

// Sums since the last line of the log.
struct TrainingRun::Means {
  Clock::time_point start = Clock::now();
  int64_t updates = 0, positions = 0;
  double loss = 0, norm = 0;
  at::Tensor cross_entropy, counts;  // [K]

  void Clear() { *this = Means(); }
  void Add(const UpdateValues& values, double gradient_norm) {
    ++updates;
    loss += values.loss;
    norm += gradient_norm;
    positions += values.positions;
    cross_entropy =
        cross_entropy.defined() ? cross_entropy + values.cross_entropy : values.cross_entropy;
    counts = counts.defined() ? counts + values.targets : values.targets;
  }
  LogValues Values(double learning_rate) const {
    const auto n = static_cast<double>(updates);
    const at::Tensor books = cross_entropy / counts;
    const double ce = books.mean().item<double>();
    LogValues values = {{"loss", loss / n}, {"ce", ce}, {"ppl", std::exp(ce)}};
    for (int64_t k = 0; k < books.size(0); ++k) {
      values.push_back({StrCat("ce_q", k + 1), books[k].item<double>()});
    }
    values.push_back({"lr", learning_rate});
    values.push_back({"grad_norm", norm / n});
    values.push_back({"positions_per_s", static_cast<double>(positions) / SecondsSince(start)});
    return values;
  }
};

TrainingRun::TrainingRun(LmModel& model, std::unique_ptr<Optimizer> optimizer,
                         const TrainingSettings& settings, std::string folder,
                         std::map<std::string, std::string> values,
                         std::shared_ptr<const Processes> processes)
    : model_(model),
      trained_(model.trained()),
      optimizer_(std::move(optimizer)),
      settings_(settings),
      folder_(std::move(folder)),
      values_(std::move(values)),
      processes_(std::move(processes)),
      ema_(trained_, settings.ema) {
  if (std::filesystem::exists(CheckpointPath())) Load();
  CheckSame();
}

void TrainingRun::CheckSame() {
  if (processes_->alone()) return;
  std::map<std::string, std::string> values = values_;
  values[kPlanned] = std::to_string(settings_.schedule.updates);
  values[kUpdate] = std::to_string(update_);
  values["weights"] = Fingerprint(Parts(model_.parameters(), Values(model_.parameters()), ""));
  values["state"] = Fingerprint(StateTensors());
  processes_->CheckSame(values);
}

std::vector<NamedTensor> TrainingRun::StateTensors() {
  std::vector<NamedTensor> tensors = Parts(trained_, Values(trained_), kModelPrefix);
  for (const NamedTensor& tensor : ema_.State()) {
    tensors.push_back({kEmaPrefix + tensor.name, tensor.value});
  }
  for (const NamedTensor& tensor : optimizer_->State()) {
    tensors.push_back({kOptimizer + tensor.name, tensor.value});
  }
  return tensors;
}

void TrainingRun::Save() {
  TrainingState state{StateTensors(), values_};
  state.values[kUpdate] = std::to_string(update_);
  state.values[kPlanned] = std::to_string(settings_.schedule.updates);
  state.values[kPositions] = std::to_string(positions_);
  state.values[kEmaCount] = ExactNumber(ema_.count());
  for (const auto& [name, number] : optimizer_->Numbers()) {
    state.values[kOptimizer + name] = ExactNumber(number);
  }
  SaveTrainingState(CheckpointPath(), state);
}

void TrainingRun::Load() {
  TrainingState state{StateTensors(), {}};
  LoadTrainingState(CheckpointPath(), state);
  const StoredValues stored(CheckpointPath(), state.values);
  stored.Expect(kPlanned, std::to_string(settings_.schedule.updates));
  for (const auto& [name, wanted] : values_) stored.Expect(name, wanted);
  update_ = stored.Count(kUpdate);
  positions_ = stored.Count(kPositions);
  ema_.set_count(stored.Number(kEmaCount));
  std::map<std::string, double> numbers;
  for (const auto& [name, unused] : optimizer_->Numbers()) {
    numbers[name] = stored.Number(kOptimizer + name);
  }
  optimizer_->SetNumbers(numbers);
}

void TrainingRun::Pass(int64_t pass, Batch batch, UpdateValues& values) {
  ShareWeights(*processes_, batch);
  if (batch.positions() == 0) return;  // more processes than items
  // The same after an interruption, another in each process.
  model_.DropOut(static_cast<uint64_t>(pass * processes_->count() + processes_->rank()));
  const HeadsLoss loss = model_.Loss(batch);
  loss.loss.backward();
  model_.DropOut(std::nullopt);
  values.Add(loss, batch);
}

void TrainingRun::Update(UpdateValues values, Means& means) {
  SumUpdate(*processes_, trained_, values);
  if (!std::isfinite(values.loss)) {
    ThrowFailure("update ", update_, ": the loss is not a finite number: ", values.loss);
  }
  const double norm = ClipGradients(trained_, settings_.max_norm);
  optimizer_->Step(settings_.schedule.Factor(update_));
  ClearGradients(trained_);
  ++update_;
  positions_ += values.positions;
  ema_.AfterUpdate(update_);
  means.Add(values, norm);
}

bool TrainingRun::Run(const TrainingCallbacks& callbacks) {
  const bool writes = processes_->first();
  std::optional<RunLog> log;
  if (writes) log.emplace(folder_, update_);
  const int64_t planned = settings_.schedule.updates, first = update_;
  const int64_t passes = settings_.accumulation;
  std::deque<std::future<Batch>> coming;
  int64_t asked = first * passes;
  const auto ask = [&] {
    if (asked == planned * passes) return;
    coming.push_back(std::async(std::launch::async, [this, &callbacks, pass = asked] {
      return callbacks.batch(pass).To(model_.device());
    }));
    ++asked;
  };
  for (int64_t i = 0; i < settings_.workers; ++i) ask();
  const auto start = Clock::now();
  auto saved = start;
  Means means;
  bool stopped = false;
  while (update_ < planned && !stopped) {
    UpdateValues found(model_.config().lm.codebooks);
    for (int64_t pass = update_ * passes, end = pass + passes; pass < end; ++pass) {
      Batch batch = coming.front().get();
      coming.pop_front();
      ask();
      Pass(pass, std::move(batch), found);
    }
    Update(std::move(found), means);
    const bool last = update_ == planned;
    if (writes && (update_ % settings_.log_every == 0 || last)) {
      const LogValues values = means.Values(optimizer_->learning_rate());
      log->Write("train", update_, values);
      const double left = SecondsSince(start) / static_cast<double>(update_ - first) *
                          static_cast<double>(planned - update_);
      std::fprintf(stderr, "update %lld of %lld, ce %.4f, %.0f positions/s, %s left\n",
                   static_cast<long long>(update_), static_cast<long long>(planned),
                   values[1].second, values.back().second, ReadableDuration(left).c_str());
      means.Clear();
    }
    stopped = !last && processes_->Any(callbacks.stop && callbacks.stop());
    const bool report = writes && settings_.report_every > 0 && callbacks.report &&
                        (last || update_ % settings_.report_every == 0);
    if (report && !stopped) {
      LogValues values;
      {
        const WithAverages averages(trained_, ema_);
        values = callbacks.report();
      }
      if (!values.empty()) log->Write("valid", update_, values);
      for (const auto& [name, value] : values) {
        std::fprintf(stderr, "  %s %.4f\n", name.c_str(), value);
      }
      means.Clear();
    }
    if (writes && (stopped || last || SecondsSince(saved) >= settings_.checkpoint_every_s)) {
      Save();
      saved = Clock::now();
    }
  }
  processes_->Wait();
  return update_ >= planned;
}

}  // namespace musicgen::train
