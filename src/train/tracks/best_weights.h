// The averaged weights that predicted the validation set best.
#pragma once

#include <string>

#include "train/lm/lm_model.h"

namespace musicgen::train {

class BestWeights {
 public:
  // Kept in the file `path`, whose measure counts where there is one already. Throws
  // Error(kBadInput).
  explicit BestWeights(std::string path);

  // Keeps the trained weights as they are now if `cross_entropy` is the lowest so far.
  void Offer(double cross_entropy, const LmModel& model);

 private:
  std::string path_;
  double lowest_;
};

// The trained weights to export of a run's folder: best.safetensors where there is one, else the
// averages of checkpoint.safetensors. Returns what they are, for a model card. Throws
// Error(kBadInput).
std::string LoadResult(const std::string& folder, LmModel& model);

}  // namespace musicgen::train
