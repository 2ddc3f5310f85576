// The stages of training a language model on tracks: encode, lm, export (configs/training/lm.yaml).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "checkpoint/config.h"
#include "model/model_files.h"
#include "train/lm/lm_model.h"
#include "train/tracks/track_set.h"

namespace musicgen::train {

// Whether settings are of this kind, and not the demo's.
bool AreOfTracks(const checkpoint::Config& settings);

// A model to train.
struct TrackModel {
  model::ModelFiles files;
  LmModelConfig config;
  bool fresh;  // its language model is yet to be initialised
};

// Of continue_from, a model's files, else of the settings' sizes and parts. Throws
// Error(kBadInput).
TrackModel OpenTrackModel(const checkpoint::Config& settings);
// Its first weights.
void Begin(const TrackModel& start, uint64_t seed, LmModel& model);

// Encodes datasource.train and datasource.valid into work/cache; without the latter some tracks of
// the former are put aside. None: stopped. Throws Error.
std::optional<Splits> EncodeSources(const checkpoint::Config& settings, const TrackModel& start,
                                    const std::string& work, const Processes& processes,
                                    const std::function<bool()>& stop);

// Encodes what is missing and trains in work/lm. Returns whether the planned updates are done.
// Throws Error.
bool TrainTracks(const checkpoint::Config& settings, const std::string& work,
                 const std::function<bool()>& stop);

// The result of work/lm as a Hugging Face directory. Throws Error.
void ExportTracks(const checkpoint::Config& settings, const std::string& work,
                  const std::string& out);

}  // namespace musicgen::train
