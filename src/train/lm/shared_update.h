// One update by several processes, each with some of its items.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

#include "train/distributed/processes.h"
#include "train/lm/batch.h"
#include "train/lm/heads_loss.h"
#include "train/optim/parameters.h"

namespace musicgen::train {

// What an update's log tells of its passes.
struct UpdateValues {
  double loss = 0.0;
  int64_t positions = 0;
  at::Tensor cross_entropy, targets;  // f64 [K], on the processor: sum; how many were predicted

  explicit UpdateValues(int64_t books);
  void Add(const HeadsLoss& pass, const Batch& batch);
};

// Before the forward pass: weighs this process's items as they count among all. A batch without
// weight_sums has such weights already.
void ShareWeights(const Processes& processes, Batch& batch);

// After the backward pass: gradients and values become sums over all processes, which are those of
// the whole batch. A parameter has a gradient afterwards if it had one in any process.
void SumUpdate(const Processes& processes, const Parameters& parameters, UpdateValues& values);

// Differs, as good as certainly, where any of the numbers does.
std::string Fingerprint(const std::vector<NamedTensor>& tensors);

}  // namespace musicgen::train
