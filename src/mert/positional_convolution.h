// Where in the sequence a frame is: a convolution in groups of channels over its neighbours.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "mert/mert_config.h"
#include "nn/linear.h"
#include "types/features.h"

namespace musicgen::mert {

// Immutable, and may be used from several threads.
class PositionalConvolution {
 public:
  // The tensors must have passed CheckTensors.
  PositionalConvolution(const MertConfig& config, const checkpoint::TensorSource& source);

  // GELU(conv(x) + bias) [F, width] of x [F, width] with K/2 frames of zeros on both sides; of an
  // even kernel the output after the last frame drops out. Without frames once `stop` is set.
  Features Forward(ThreadPool& pool, const Features& x,
                   const std::atomic<bool>* stop = nullptr) const;

  size_t bytes() const;

 private:
  int64_t kernel_;
  int64_t group_width_;
  std::vector<nn::Linear> groups_;  // of [group_width, kernel · group_width]
};

}  // namespace musicgen::mert
