// MERT's ears: convolutions over samples, without padding or bias.
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
class FeatureExtractor {
 public:
  // The tensors must have passed CheckTensors.
  FeatureExtractor(const MertConfig& config, const checkpoint::TensorSource& source);

  size_t layers() const { return layers_.size(); }
  // x [N, in] through convolution i and GELU. The first one's channels are normalised between
  // these, each over all frames; a sound's features are not those of its parts. Without frames
  // where x is too short, and once `stop` is set. The same bits for every number of threads.
  Features Forward(ThreadPool& pool, size_t i, const Features& x,
                   const std::atomic<bool>* stop = nullptr) const;

  size_t bytes() const;

 private:
  struct Layer {
    int64_t in = 1;
    Convolution shape;
    nn::Linear product;  // [channels, kernel · in]
  };
  void NormalizeChannels(ThreadPool& pool, Features* y) const;

  std::vector<Layer> layers_;
  std::vector<float> norm_weight_, norm_bias_;  // of the first layer
};

}  // namespace musicgen::mert
