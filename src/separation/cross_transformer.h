// The transformer between encoders and decoders: self-attention in each branch, and in every second
// layer attention of each branch to the other.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "nn/encoder_block.h"
#include "nn/norm.h"
#include "separation/group_norm.h"
#include "separation/ht_demucs_config.h"
#include "separation/plane_blocks.h"

namespace musicgen::separation {

// The tokens of both branches, [rows, width]: of the frequency branch row t·bins + f.
struct Tokens {
  std::vector<float> frequency, time;
};

// Immutable, and may be used from several threads.
class CrossTransformer {
 public:
  // For sequences of frames · bins and of time_rows tokens. Tensors crosstransformer.…
  CrossTransformer(ThreadPool& pool, const checkpoint::TensorSource& source,
                   const HtDemucsConfig& config, int64_t bins, int64_t time_rows);

  // All layers. False once `stop` is set.
  bool Forward(ThreadPool& team, BlockScratch& scratch, Tokens* tokens,
               const std::atomic<bool>* stop = nullptr) const;

  // Its steps: norms and positions, then layers() times RunLayer.
  void AddPositions(ThreadPool& team, Tokens* tokens) const;
  size_t layers() const { return frequency_.size(); }
  bool RunLayer(ThreadPool& team, BlockScratch& scratch, size_t i, Tokens* tokens,
                const std::atomic<bool>* stop) const;

  size_t bytes() const;

 private:
  struct Layer {
    nn::EncoderBlock block;
    GroupNorm norm_out;
  };
  Layer TakeLayer(ThreadPool& pool, const checkpoint::TensorSource& source, const char* branch,
                  int64_t index) const;
  nn::EncoderShape Shape(bool cross) const;
  // `memory` is what is attended to across.
  bool RunBlock(ThreadPool& team, const Layer& layer, bool cross, const std::vector<float>& memory,
                std::optional<nn::EncoderActivations>* activations, std::vector<float>* x,
                const std::atomic<bool>* stop) const;

  int64_t width_, heads_, hidden_width_;
  int64_t frames_, bins_, time_rows_;
  nn::Norm norm_in_, norm_in_t_;
  std::vector<float> frame_positions_;  // [frames, width / 2]
  std::vector<float> bin_positions_;    // [bins, width / 2]
  std::vector<float> time_positions_;   // [time_rows, width]
  std::vector<Layer> frequency_, time_;
};

}  // namespace musicgen::separation
