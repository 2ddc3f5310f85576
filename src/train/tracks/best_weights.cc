#include "train/tracks/best_weights.h"

#include <charconv>
#include <filesystem>
#include <limits>
#include <map>

#include "base/error.h"
#include "checkpoint/safetensors.h"
#include "train/checkpoint/training_state.h"

namespace musicgen::train {
namespace {

constexpr char kMeasure[] = "ce";

std::vector<NamedTensor> TrainedParts(const LmModel& model) {
  const Parameters trained = model.trained();
  return Parts(trained, Values(trained), kModelPrefix);
}

}  // namespace

BestWeights::BestWeights(std::string path)
    : path_(std::move(path)), lowest_(std::numeric_limits<double>::infinity()) {
  if (!std::filesystem::exists(path_)) return;
  std::map<std::string, std::string> values;
  checkpoint::OpenSafetensors(path_, &values);
  const std::string text = values[kMeasure];
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), lowest_);
  if (error != std::errc() || end != text.data() + text.size()) {
    ThrowBadInput(Printable(path_, 300), ": expected the metadata ce, found ", Printable(text));
  }
}

void BestWeights::Offer(double cross_entropy, const LmModel& model) {
  if (!(cross_entropy < lowest_)) return;
  lowest_ = cross_entropy;
  SaveTrainingState(path_, {TrainedParts(model), {{kMeasure, ExactNumber(cross_entropy)}}});
}

std::string LoadResult(const std::string& folder, LmModel& model) {
  const std::string best = folder + "/best.safetensors";
  if (std::filesystem::exists(best)) {
    TrainingState state{TrainedParts(model), {}};
    LoadTrainingState(best, state);
    return "the averaged weights of the lowest cross-entropy on validation tracks, " +
           state.values[kMeasure].substr(0, 6);
  }
  const Parameters trained = model.trained();
  LoadAverages(folder + "/checkpoint.safetensors", Parts(trained, Values(trained), ""));
  return "the averaged weights after the last update";
}

}  // namespace musicgen::train
