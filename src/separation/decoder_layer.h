// One decoder of either branch (demucs' HDecLayer).
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "nn/linear.h"
#include "separation/encoder_layer.h"
#include "separation/ht_demucs_config.h"
#include "separation/plane.h"
#include "separation/plane_blocks.h"
#include "separation/residual_branch.h"

namespace musicgen::separation {

// Of x and the matching encoder's output, added up: a convolution over the neighbours (of the
// frequency branch also over those in time) to twice the channels, GLU; the residual branch; a
// transposed convolution along the lines and, but for the last decoder, GELU. Immutable, and may be
// used from several threads. The steps return planes without lines once `stop` is set.
class DecoderLayer {
 public:
  // Tensors `name`.…
  DecoderLayer(const checkpoint::TensorSource& source, const std::string& name, BranchKind kind,
               const HtDemucsConfig& config, int64_t in, int64_t out, bool last);

  // To [lines, length, out]; `length` is that of the matching encoder's input.
  Plane Forward(ThreadPool& team, BlockScratch& scratch, const Plane& x, const Plane& skip,
                int64_t length, const std::atomic<bool>* stop) const;

  // Its steps; `length` as above.
  Plane Rewrite(ThreadPool& team, BlockScratch& scratch, const Plane& x, const Plane& skip,
                const std::atomic<bool>* stop) const;
  bool AddResidual(ThreadPool& team, BlockScratch& scratch, Plane* x,
                   const std::atomic<bool>* stop) const;
  Plane Transpose(ThreadPool& team, BlockScratch& scratch, const Plane& x, int64_t length,
                  const std::atomic<bool>* stop) const;

  size_t bytes() const;

 private:
  BranchKind kind_;
  int64_t in_, out_;
  bool last_;
  std::vector<nn::Linear> rewrite_;  // of each line that is seen: [2·in, 3·in]
  ResidualBranch residual_;
  nn::Linear transpose_;  // [4·out, 2·in]
};

}  // namespace musicgen::separation
