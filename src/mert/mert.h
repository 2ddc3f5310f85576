// MERT-v1: a sound to what a network trained on music hears in it.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "mert/feature_extractor.h"
#include "mert/mert_config.h"
#include "mert/positional_convolution.h"
#include "nn/encoder_block.h"
#include "nn/linear.h"
#include "nn/norm.h"
#include "types/features.h"
#include "types/waveform.h"

namespace musicgen::mert {

// Immutable; any number of threads may use it. Every result is the same bits for every number of
// threads. Where `stop` is given and becomes true, results are soon without frames.
class Mert {
 public:
  // Packs the weights in float, on the threads of the pool, and lets go of the file's pages. The
  // tensors must have passed CheckTensors against ExpectedTensors.
  Mert(ThreadPool& pool, const MertConfig& config, const checkpoint::TensorSource& source);

  // The states after the last block [config.Frames(N), width]. `mono` has one channel at the
  // configuration's rate, as it is: neither its level nor its mean is changed. Throws
  // Error(kBadInput) when it is too short for a frame, Error(kOutOfMemory).
  Features Run(ThreadPool& pool, const Waveform& mono,
               const std::atomic<bool>* stop = nullptr) const;

  // Its steps: convolutions; norm and projection; positions and norm; blocks().
  const FeatureExtractor& extractor() const { return extractor_; }
  Features Project(ThreadPool& pool, Features x) const;
  const PositionalConvolution& positions() const { return positions_; }
  Features AddPositions(ThreadPool& pool, Features x,
                        const std::atomic<bool>* stop = nullptr) const;
  const std::vector<nn::EncoderBlock>& blocks() const { return blocks_; }
  nn::EncoderShape block_shape() const;

  const MertConfig& config() const { return config_; }
  size_t bytes() const;

 private:
  MertConfig config_;
  FeatureExtractor extractor_;
  nn::Norm projection_norm_;
  nn::Linear projection_;
  PositionalConvolution positions_;
  nn::Norm norm_;
  std::vector<nn::EncoderBlock> blocks_;
};

}  // namespace musicgen::mert
