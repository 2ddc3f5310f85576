// A training run on disk: one safetensors file that is replaced as a whole.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "train/optim/parameters.h"

namespace musicgen::train {

// Tensors are f32 on any device; saving reads them, loading fills them in place.
struct TrainingState {
  std::vector<NamedTensor> tensors;
  std::map<std::string, std::string> values;
};

// What stands before the names of the weights and of their averages.
inline constexpr char kModelPrefix[] = "model.", kEmaPrefix[] = "ema.";

// Writes the file whole or not at all: a process that is killed leaves the one before. Throws
// Error(kFailure).
void SaveTrainingState(const std::string& path, const TrainingState& state);

// Fills the tensors, all of which must be there with their shapes and none beside them, and
// replaces the values. Throws Error(kBadInput).
void LoadTrainingState(const std::string& path, TrainingState& state);

// Fills the averaged weights of a run in the tensors, named as the model has them; a tensor that is
// not trained has no average and gets its weights. Returns the values. Throws Error(kBadInput).
std::map<std::string, std::string> LoadAverages(const std::string& path,
                                                std::vector<NamedTensor> tensors);

// A number that every reader gets back exactly.
std::string ExactNumber(double value);

}  // namespace musicgen::train
