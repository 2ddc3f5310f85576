// The loop of language model training: batches in, checkpoints and logs out.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "train/checkpoint/json_lines_log.h"
#include "train/distributed/processes.h"
#include "train/lm/lm_model.h"
#include "train/optim/ema.h"
#include "train/optim/optimizer.h"
#include "train/optim/schedule.h"

namespace musicgen::train {

struct UpdateValues;

struct TrainingSettings {
  CosineSchedule schedule;
  EmaSettings ema;
  double max_norm = 1.0;  // of the gradient; 0: any
  double checkpoint_every_s = 600;
  int64_t log_every = 10;      // updates
  int64_t report_every = 250;  // updates; also at the end. 0: never
  int64_t workers = 1;         // batches in the making at once
  int64_t accumulation = 1;    // passes whose gradients make an update
};

struct TrainingCallbacks {
  // The batch of this pass, counted from 0; passes update · accumulation and so on make the update,
  // their losses adding up. Of several processes each gives some of its items. Called on other
  // threads, `workers` passes ahead.
  std::function<Batch(int64_t pass)> batch;
  // With the averaged weights in place; of process 0 alone. No values: nothing is logged.
  std::function<LogValues()> report;
  // Asked after every update: whether to save and stop, which all do when one wants to.
  std::function<bool()> stop;
};

class TrainingRun {
 public:
  // In `folder`, which exists: checkpoint.safetensors (without what is not trained), log.jsonl and
  // tensorboard/. A checkpoint that is there is gone on from, to the bit on a processor; then the
  // planned updates must be the same, and so must `values`: what else the run's weights depend on,
  // kept with them.
  //
  // With `processes`, each of them makes its own of these, in a folder that all see: updates are
  // those of one process with all their items, and process 0 alone writes. Throws Error.
  TrainingRun(LmModel& model, std::unique_ptr<Optimizer> optimizer,
              const TrainingSettings& settings, std::string folder,
              std::map<std::string, std::string> values,
              std::shared_ptr<const Processes> processes = std::make_shared<Processes>());

  // Until the planned number of updates or stop(). Returns whether all are done.
  bool Run(const TrainingCallbacks& callbacks);

  int64_t update() const { return update_; }  // updates done
  void Save();

 private:
  struct Means;
  void Pass(int64_t pass, Batch batch, UpdateValues& values);
  void Update(UpdateValues values, Means& means);
  std::vector<NamedTensor> StateTensors();
  void Load();
  void CheckSame();
  std::string CheckpointPath() const { return folder_ + "/checkpoint.safetensors"; }

  LmModel& model_;
  Parameters trained_;
  std::unique_ptr<Optimizer> optimizer_;
  TrainingSettings settings_;
  std::string folder_;
  std::map<std::string, std::string> values_;
  std::shared_ptr<const Processes> processes_;
  Ema ema_;
  int64_t update_ = 0;
  int64_t positions_ = 0;
};

}  // namespace musicgen::train
