// An exponential moving average of the weights, AudioCraft's unbiased form.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "train/optim/parameters.h"

namespace musicgen::train {

struct EmaSettings {
  double decay = 0.99;
  int64_t every = 10;  // updates
};

class Ema {
 public:
  Ema(const Parameters& parameters, const EmaSettings& settings);

  // After every update, counted from 1; does its work at multiples of `every`. The first time it
  // copies.
  void AfterUpdate(int64_t update);

  // The averages, one for each parameter; the parameters themselves before the first time.
  const std::vector<at::Tensor>& averages() const { return averages_; }
  std::vector<NamedTensor> State();
  double count() const { return count_; }
  void set_count(double count) { count_ = count; }

 private:
  const Parameters parameters_;
  const EmaSettings settings_;
  std::vector<at::Tensor> averages_;
  double count_ = 0.0;  // decayed number of values in the average
};

// The averages in place of the parameters' values while it lives.
class WithAverages {
 public:
  WithAverages(const Parameters& parameters, const Ema& ema);
  ~WithAverages();
  WithAverages(const WithAverages&) = delete;
  WithAverages& operator=(const WithAverages&) = delete;

 private:
  const Parameters parameters_;
  std::vector<at::Tensor> saved_;
};

}  // namespace musicgen::train
