// A run's settings to its device and its fellow processes.
#pragma once

#include <ATen/ATen.h>

#include <memory>

#include "checkpoint/config.h"
#include "train/distributed/processes.h"

namespace musicgen::train {

struct Place {
  at::Device device = at::kCPU;
  std::shared_ptr<const Processes> processes = std::make_shared<Processes>();
};

// The settings `device` (cpu; cuda: each process takes the GPU of its number on its machine) and
// `distributed.timeout_s`. Waits for the other processes that the environment speaks of
// (launch.h), all of which must have these settings. Throws Error.
Place Join(const checkpoint::Config& settings);

}  // namespace musicgen::train
