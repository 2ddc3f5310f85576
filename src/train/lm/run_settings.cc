#include "train/lm/run_settings.h"

#include "base/error.h"
#include "train/optim/adamw.h"
#include "train/optim/dadapt_adam.h"

namespace musicgen::train {
namespace {

using checkpoint::Config;

constexpr int64_t kMany = int64_t{1} << 40;

int64_t PlannedUpdates(const Config& optim, int64_t otherwise) {
  if (optim.Has("updates") || !optim.Has("epochs")) {
    return optim.Int("updates", otherwise, 1, kMany);
  }
  return optim.Int("epochs", 1, 1, 1 << 20) * optim.Int("updates_per_epoch", 2000, 1, 1 << 20);
}

CosineSchedule ReadSchedule(const Config& settings, const CosineSchedule& otherwise) {
  const Config schedule = settings.Object("schedule"), cosine = schedule.Object("cosine");
  const std::string name = schedule.String("lr_scheduler", "cosine");
  if (name != "cosine") {
    ThrowBadInput(schedule.Where("lr_scheduler"), ": expected cosine, found ", Printable(name));
  }
  CosineSchedule made;
  made.updates = PlannedUpdates(settings.Object("optim"), otherwise.updates);
  made.warmup = cosine.Int("warmup", otherwise.warmup, 0, kMany);
  made.min_ratio = cosine.Number("lr_min_ratio", otherwise.min_ratio, 0.0, 1.0);
  made.cycle_length = cosine.Number("cycle_length", otherwise.cycle_length, 1e-6, 1e6);
  return made;
}

}  // namespace

TrainingSettings ReadTrainingSettings(const Config& settings, const TrainingSettings& otherwise) {
  const Config optim = settings.Object("optim"), ema = optim.Object("ema"),
               logging = settings.Object("logging");
  TrainingSettings run;
  run.schedule = ReadSchedule(settings, otherwise.schedule);
  run.ema = {ema.Number("decay", otherwise.ema.decay, 0.0, 1.0),
             ema.Int("updates", otherwise.ema.every, 1, 1 << 20)};
  run.max_norm = optim.Number("max_norm", otherwise.max_norm, 0.0, 1e9);
  run.accumulation = optim.Int("accumulation", otherwise.accumulation, 1, 1 << 16);
  run.checkpoint_every_s = settings.Object("checkpoint").Number("every_s", 600, 0, 1e9);
  run.workers = settings.Object("dataset").Int("num_workers", otherwise.workers, 1, 1024);
  run.log_every = logging.Int("log_updates", otherwise.log_every, 1, 1 << 20);
  run.report_every = logging.Int("report_updates", otherwise.report_every, 0, 1 << 20);
  return run;
}

std::unique_ptr<Optimizer> MakeOptimizer(const Config& settings, double lr,
                                         const Parameters& trained) {
  const Config optim = settings.Object("optim"), adam = optim.Object("adam");
  const std::string name = optim.String("optimizer", "adamw");
  const bool adapts = name == "dadam";
  if (!adapts && name != "adamw") {
    ThrowBadInput(optim.Where("optimizer"), ": expected adamw or dadam, found ", Printable(name));
  }
  const std::vector<double> betas = adam.Numbers("betas", {0.9, 0.95}, 0.0, 1.0, 2);
  if (betas.size() != 2) {
    ThrowBadInput(adam.Where("betas"), ": expected 2 numbers, found ", betas.size());
  }
  const double eps = adam.Number("eps", 1e-8, 0.0, 1.0),
               weight_decay = adam.Number("weight_decay", 0.1, 0.0, 1.0);
  lr = optim.Number("lr", adapts ? 1.0 : lr, 0.0, adapts ? 1e3 : 1.0);
  if (adapts) {
    return std::make_unique<DAdaptAdam>(trained, DAdaptSettings{.lr = lr,
                                                                .beta1 = betas[0],
                                                                .beta2 = betas[1],
                                                                .eps = eps,
                                                                .weight_decay = weight_decay});
  }
  return std::make_unique<AdamW>(trained, AdamWSettings{.lr = lr,
                                                        .beta1 = betas[0],
                                                        .beta2 = betas[1],
                                                        .eps = eps,
                                                        .weight_decay = weight_decay});
}

}  // namespace musicgen::train
