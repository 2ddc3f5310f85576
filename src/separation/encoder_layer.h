// One encoder of either branch (demucs' HEncLayer).
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "nn/linear.h"
#include "separation/ht_demucs_config.h"
#include "separation/plane.h"
#include "separation/plane_blocks.h"
#include "separation/residual_branch.h"

namespace musicgen::separation {

enum class BranchKind { kFrequency, kTime };

// A strided convolution along the lines, GELU; the residual branch along time; a pointwise product
// to twice the channels, GLU. Immutable, and may be used from several threads. The steps return
// planes without lines once `stop` is set.
class EncoderLayer {
 public:
  // Tensors `name`.…
  EncoderLayer(const checkpoint::TensorSource& source, const std::string& name, BranchKind kind,
               const HtDemucsConfig& config, int64_t in, int64_t out);

  Plane Forward(ThreadPool& team, BlockScratch& scratch, const Plane& x,
                const std::atomic<bool>* stop) const;

  // Its steps. x [lines, N, in] to [lines, ⌈N / 4⌉, out].
  Plane Convolve(ThreadPool& team, BlockScratch& scratch, const Plane& x,
                 const std::atomic<bool>* stop) const;
  bool AddResidual(ThreadPool& team, BlockScratch& scratch, Plane* x,
                   const std::atomic<bool>* stop) const;
  bool Rewrite(ThreadPool& team, BlockScratch& scratch, Plane* x,
               const std::atomic<bool>* stop) const;

  size_t bytes() const;

 private:
  BranchKind kind_;
  int64_t out_;
  nn::Linear convolution_;  // [out, 8·in]
  ResidualBranch residual_;
  nn::Linear rewrite_;  // [2·out, out]
};

// The residual branch as a layer of this kind has it; of depth 0 where it has none.
ResidualBranch TakeResidual(const checkpoint::TensorSource& source, const std::string& name,
                            const HtDemucsConfig& config, bool present, int64_t channels);

}  // namespace musicgen::separation
