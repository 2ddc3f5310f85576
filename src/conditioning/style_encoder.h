// The style condition (Rouard et al. 2024, arXiv 2407.12563): MERT's features through a transformer
// and a narrow bottleneck, so that they say how a sound is rather than what it plays.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "conditioning/style_config.h"
#include "nn/encoder_block.h"
#include "nn/linear.h"
#include "nn/nearest_code.h"
#include "nn/residual_vector_quantizer.h"
#include "types/codes.h"
#include "types/conditions.h"
#include "types/features.h"

namespace musicgen::conditioning {

// Immutable; any number of threads may use it. Everything is computed in float: a code is the
// nearest of its neighbours, and the same at every precision of the language model.
class StyleEncoder {
 public:
  // The tensors must have passed CheckTensors against ExpectedStyleEncoder.
  StyleEncoder(ThreadPool& pool, const StyleConfig& config, int64_t width,
               const checkpoint::TensorSource& source);

  // features [F, H] → codes [codebooks, ceil(F / ds_factor)], of every ds_factor-th frame from the
  // first on. Without frames once `stop` is set.
  Codes Encode(ThreadPool& pool, const Features& features, int64_t ds_factor,
               const std::atomic<bool>* stop = nullptr) const;
  // The style vectors of codes [≥ books, S], of which the first `books` codebooks count, at the
  // language model's width: [S, D].
  ConditionRows Project(ThreadPool& pool, const Codes& codes, int64_t books) const;

  // Encode's steps: [F, H] → [F, d]; [F, d] → [F, d], without frames once `stop` is set; frames
  // normalised and quantised.
  Features Embed(ThreadPool& pool, const Features& features) const;
  Features Transform(ThreadPool& pool, Features x, const std::atomic<bool>* stop = nullptr) const;
  Features Normalize(Features x) const;
  Codes Quantize(ThreadPool& pool, Features x) const;
  // The sum of the first `books` codebooks' vectors [S, d].
  Features Vectors(const Codes& codes, int64_t books) const;

  size_t bytes() const;

 private:
  nn::EncoderShape block_shape() const;

  StyleConfig config_;
  nn::Linear embed_;
  std::vector<nn::EncoderBlock> blocks_;
  std::vector<float> mean_, scale_;  // of the batch norm: x becomes (x − mean)·scale
  nn::NearestCode nearest_;
  nn::ResidualVectorQuantizer quantizer_;
  nn::Linear projection_;
};

// So many of a style's vectors are its own, where the sound has `samples`: AudioCraft zeroes those
// behind, which only those of a sound shorter than its batch's excerpt have.
int64_t OwnStyleVectors(const StyleConfig& config, int64_t ds_factor, int64_t samples);

}  // namespace musicgen::conditioning
