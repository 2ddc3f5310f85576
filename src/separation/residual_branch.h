// The residual branch D inside encoders and decoders: narrow convolutions along time, dilated.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "nn/linear.h"
#include "separation/group_norm.h"
#include "separation/plane.h"
#include "separation/plane_blocks.h"

namespace musicgen::separation {

// For d = 0, 1, …:
//   x += scale ⊙ GLU(N(W2·GELU(N(conv x))))     conv: kernel 3, dilation 2^d, C → C/compression
// N is a group norm over all channels and all of time. Immutable, and may be used from several
// threads.
class ResidualBranch {
 public:
  // Tensors `name`.layers.d.…
  ResidualBranch(const checkpoint::TensorSource& source, const std::string& name, int64_t depth,
                 int64_t channels, int64_t hidden);

  // Each bin of the frequency branch, by itself over all lines. False once `stop` is set.
  bool ForwardBins(ThreadPool& team, BlockScratch& scratch, Plane* x,
                   const std::atomic<bool>* stop) const;
  // The only line of the time branch.
  bool ForwardLine(ThreadPool& team, BlockScratch& scratch, Plane* x,
                   const std::atomic<bool>* stop) const;

  size_t bytes() const;

 private:
  struct Layer {
    int64_t dilation;
    std::vector<nn::Linear> taps;  // [hidden, C], of dilation 1 one [hidden, 3·C]
    GroupNorm hidden_norm;
    nn::Linear wide;  // [2·C, hidden]
    GroupNorm wide_norm;
    std::vector<float> gains;  // [C]
  };
  void Convolve(const Worker& worker, const Layer& layer, const float* x, int64_t rows,
                float* h) const;
  void ForwardBin(const Worker& worker, float* x, int64_t frames, float* h, float* wide) const;
  bool ForwardLayer(const Layer& layer, ThreadPool& team, BlockScratch& scratch, Plane* x,
                    const std::atomic<bool>* stop) const;
  int64_t Products() const;  // of a row
  int64_t reach() const { return layers_.empty() ? 0 : layers_.back().dilation; }

  int64_t channels_, hidden_;
  std::vector<Layer> layers_;
};

}  // namespace musicgen::separation
