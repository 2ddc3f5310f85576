// The transformer's weights in a device's memory, in the formats that the processor holds them in.
#pragma once

#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "gpu/arena.h"
#include "gpu/operations.h"
#include "lm/lm_config.h"
#include "musicgen/step_stages.hpp"

namespace musicgen::lm {

struct GpuNorm {
  gpu::BufferRange weight, bias;
  float eps = 0.0f;
};

class GpuWeights {
 public:
  struct Layer {
    GpuNorm self_norm, cross_norm, ffn_norm;
    gpu::Matrix self_qkv, self_out;            // [3D, D], [D, D]
    gpu::Matrix self_v;                        // [D, D] where v has a format of its own: not above
    gpu::Matrix cross_q, cross_kv, cross_out;  // [D, D], [2D, D], [D, D]
    gpu::Matrix fc1, fc2;                      // [F, D], [D, F]
  };

  // Packs them on the threads of the pool. The tensors are as Transformer wants them. Throws
  // Error(kOutOfMemory), Error(kFailure) where the device cannot bind one as a whole.
  GpuWeights(const gpu::Device& device, ThreadPool& pool, const LmConfig& config,
             const checkpoint::TensorSource& source, const std::string& prefix,
             kernels::WeightFormat format);

  const gpu::EmbeddingTables& embeddings() const { return embeddings_; }
  const std::vector<Layer>& layers() const { return layers_; }
  const GpuNorm& out_norm() const { return out_norm_; }
  const gpu::Matrix& heads() const { return heads_; }  // [K·V, D]

  // Of the matrices that one step reads.
  StageBytes stage_bytes() const;

 private:
  gpu::Arena arena_;
  gpu::EmbeddingTables embeddings_;
  std::vector<Layer> layers_;
  GpuNorm out_norm_;
  gpu::Matrix heads_;
};

}  // namespace musicgen::lm
