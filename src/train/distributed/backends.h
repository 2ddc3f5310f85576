// Who carries tensors between processes. One file each, so that a libtorch without one of them is
// no reason not to build.
#pragma once

#include <chrono>
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

namespace musicgen::train {

struct BackendPlace {
  c10::intrusive_ptr<c10d::Store> store;
  int rank, count;
  std::chrono::milliseconds timeout;
};

using Backend = c10::intrusive_ptr<c10d::Backend>;

// Of tensors in a processor's memory. Throws Error(kFailure) where libtorch has none.
Backend MakeGloo(const BackendPlace& place);
// Of tensors on GPUs, one a process; null where libtorch has none.
Backend MakeNccl(const BackendPlace& place);

}  // namespace musicgen::train
