// Training a language model on tracks, from settings to checkpoints.
#pragma once

#include <functional>
#include <string>

#include "checkpoint/config.h"
#include "model/model_files.h"
#include "train/distributed/join.h"
#include "train/lm/lm_model.h"
#include "train/tracks/track_set.h"

namespace musicgen::train {

struct TrackTraining {
  const checkpoint::Config& settings;  // as configs/training/lm.yaml has them
  const model::ModelFiles& base;       // whose tokenizer, T5 and codec the model has
  const Splits& splits;
  double lr, segment_s;  // where the settings have none
  std::string folder;    // gets checkpoint, logs, best weights and samples/
  const Place& place;    // device and processes
  std::function<bool()> stop;
};

// What the settings say of how the model computes: autocast, transformer_lm.checkpointing.
void ReadComputation(const checkpoint::Config& settings, LmModelConfig* config);

// Reads all that training asks of the settings, before long work is done for it. Throws
// Error(kBadInput).
void CheckSettings(const checkpoint::Config& settings);

// Goes on from a checkpoint that is there. Returns whether the planned updates are done. Throws
// Error.
bool TrainOnTracks(const TrackTraining& training, LmModel& model);

}  // namespace musicgen::train
