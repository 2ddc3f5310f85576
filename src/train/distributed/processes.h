// The processes that train one model together, and what they tell one another.
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <memory>
#include <span>
#include <string>

#include "train/distributed/launch.h"

namespace musicgen::train {

// All of them call the same methods in the same order, each from one thread. A method that waits
// for the others throws Error(kFailure) when one of them has stopped, or is silent for the time
// that was given.
class Processes {
 public:
  // One alone, for whom every method is without effect.
  Processes();
  // Waits until all have come. Tensors on a GPU are summed by NCCL where this libtorch has it;
  // everything else goes over Gloo. Throws Error(kFailure) where libtorch lacks Gloo.
  Processes(const Launch& launch, at::Device device, double timeout_s);
  ~Processes();
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;

  int rank() const { return rank_; }
  int count() const { return count_; }
  bool first() const { return rank_ == 0; }
  bool alone() const { return count_ == 1; }

  // In place, each tensor becomes the sum over all processes: the same bits in all of them. The
  // tensors are of one type on one device, and of the same shapes everywhere.
  void Sum(std::span<const at::Tensor> tensors) const;
  // Whether it is so in any of them.
  bool Any(bool here) const;
  // Until all have come here.
  void Wait() const;
  // Throws Error(kBadInput) in all of them unless all have the same values: a process that differs
  // from process 0 names the value, the others say that one does.
  void CheckSame(const std::map<std::string, std::string>& values) const;

 private:
  struct Group;

  int rank_ = 0, count_ = 1;
  std::unique_ptr<Group> group_;
};

}  // namespace musicgen::train
