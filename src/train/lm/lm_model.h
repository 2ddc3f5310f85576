// MusicGen's language model to train: T5, the projection of its states, and the decoder over K
// codebooks (lm/transformer.h is the one to run).
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "lm/lm_config.h"
#include "text/t5_config.h"
#include "train/lm/batch.h"
#include "train/lm/heads_loss.h"
#include "train/lm/layers.h"
#include "train/lm/low_rank.h"
#include "train/lm/text_encoder.h"
#include "train/optim/parameters.h"

namespace musicgen::train {

struct LmModelConfig {
  lm::LmConfig lm;
  text::T5Config t5;
  bool train_text_encoder = false;  // false: no gradient passes the projection
  std::vector<int64_t> used_rows;   // of each book, as CrossEntropyOfHeads has it
  // Products in this type, sums and the rest in f32 (train/lm/autocast.h). None: all in f32.
  std::optional<at::ScalarType> autocast;
  // Keeps what goes into each decoder layer and computes the rest again on the way back: a third
  // more work for a fraction of the memory.
  bool checkpointing = false;
};

class LmModel {
 public:
  // The tensors of one decoder layer.
  struct Layer {
    LayerNorm self_norm, cross_norm, feed_forward_norm;
    at::Tensor self_qkv, self_out;            // [3D, D], [D, D]
    at::Tensor cross_q, cross_kv, cross_out;  // [D, D], [2D, D], [D, D]
    at::Tensor fc1, fc2;
  };

  // Zeroed weights. The decoder attends to its conditions: melody models, which put them in front,
  // are not trained here.
  explicit LmModel(const LmModelConfig& config);

  // Runs the model over the batch, which is on the device of its weights. One thread at a time.
  // With checkpointing the batch must live until the loss has been followed back.
  HeadsLoss Loss(const Batch& batch) const;
  // The hidden states [P, D] behind the last norm, on which the heads stand.
  at::Tensor Hidden(const Batch& batch) const;

  // Weights begin on the processor; gradients and what is made of the parameters come after this.
  void To(at::Device device);
  at::Device device() const { return embeddings_.device(); }

  const LmModelConfig& config() const { return config_; }
  // All of them, a frozen text encoder's too, which do not require gradient.
  const Parameters& parameters() const { return parameters_; }
  Parameters trained() const;

  // From now on the low-rank terms alone are trained. They refer to this model's weights; all rows
  // of the heads are in use.
  void AddLowRank(LowRankTerms terms);
  const LowRankTerms& low_rank() const { return low_rank_; }
  void DropOut(std::optional<uint64_t> seed) { low_rank_.DropOut(seed); }
  // The weights become those with the terms, which are gone afterwards. Nothing requires gradient.
  void MergeLowRank();

  TextEncoder& text_encoder() { return text_encoder_; }

  // For initialisation.
  const at::Tensor& embeddings() const { return embeddings_; }  // [K · (V + 1), D]
  const at::Tensor& heads() const { return heads_; }            // [K · V, D]
  const std::vector<Layer>& layers() const { return layers_; }
  const LayerNorm& out_norm() const { return out_norm_; }
  const at::Tensor& projection() const { return projection_; }            // [D, d_model]
  const at::Tensor& projection_bias() const { return projection_bias_; }  // or none

  // Multiplies the learning rate of the text encoder, the projection and cross-attention.
  void ScaleConditioningRate(double scale);

 private:
  at::Tensor TextStates(const Batch& batch) const;  // [N + 1, D], the last row zeros
  at::Tensor SelfAttention(const Layer& layer, const at::Tensor& x, const Batch& batch) const;
  at::Tensor CrossAttention(const Layer& layer, const at::Tensor& x, const at::Tensor& states,
                            const Batch& batch) const;
  at::Tensor FeedForward(const Layer& layer, const at::Tensor& x) const;
  at::Tensor Decode(const Layer& layer, const at::Tensor& x, const at::Tensor& states,
                    const Batch& batch) const;

  LmModelConfig config_;
  Parameters parameters_;
  TextEncoder text_encoder_;
  size_t text_parameters_;  // the first of parameters_
  at::Tensor projection_, projection_bias_, embeddings_, heads_;
  std::vector<Layer> layers_;
  LayerNorm out_norm_;
  LowRankTerms low_rank_;
  mutable at::Tensor positions_;  // of the longest group so far, [frames, D]
};

}  // namespace musicgen::train
