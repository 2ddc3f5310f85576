#include "train/optim/schedule.h"

#include <cmath>
#include <numbers>

namespace musicgen::train {

double CosineSchedule::Factor(int64_t update) const {
  const auto step = static_cast<double>(update), warm = static_cast<double>(warmup);
  if (update < warmup) return step / warm;
  if (updates <= warmup) return 1.0;
  const double s = (step - warm) / (static_cast<double>(updates) - warm);
  return min_ratio +
         0.5 * (1.0 - min_ratio) * (1.0 + std::cos(std::numbers::pi * s / cycle_length));
}

}  // namespace musicgen::train
