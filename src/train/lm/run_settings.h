// What a configuration says of optimiser, schedule and loop, in AudioCraft's names.
#pragma once

#include <memory>

#include "checkpoint/config.h"
#include "train/lm/training_run.h"

namespace musicgen::train {

// optim.updates, or optim.epochs · optim.updates_per_epoch; optim.max_norm, optim.accumulation,
// optim.ema, schedule.cosine, dataset.num_workers, logging, checkpoint. What is absent is as in
// `otherwise`. Throws Error(kBadInput).
TrainingSettings ReadTrainingSettings(const checkpoint::Config& settings,
                                      const TrainingSettings& otherwise);

// optim.optimizer: adamw or dadam, with optim.lr (or `lr` where it is null) and optim.adam. Throws
// Error(kBadInput).
std::unique_ptr<Optimizer> MakeOptimizer(const checkpoint::Config& settings, double lr,
                                         const Parameters& trained);

}  // namespace musicgen::train
