// T5's encoder to train (text/t5_encoder.h is the one to run).
#pragma once

#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "text/t5_config.h"
#include "train/lm/batch.h"
#include "train/optim/parameters.h"

namespace musicgen::train {

class TextEncoder {
 public:
  // Zeroed weights, added to `parameters` under the names of the Hugging Face layout with `prefix`.
  TextEncoder(const text::T5Config& config, const std::string& prefix, Parameters* parameters);

  // The last hidden states of the batch's tokens [N, d_model].
  at::Tensor Forward(const Batch& batch) const;

  // T5's own scheme: deviations of 1 for the embeddings, (d_model · d_kv)^−½ for queries and
  // fan_in^−½ for the rest; norms 1.
  void Initialise(at::Generator generator);

 private:
  struct Layer {
    at::Tensor attention_norm, qkv, out, feed_forward_norm, feed_forward_in, feed_forward_out;
  };
  at::Tensor Attention(const Layer& layer, const at::Tensor& x, const Batch& batch,
                       const at::Tensor& bias) const;
  at::Tensor FeedForward(const Layer& layer, const at::Tensor& x) const;
  at::Tensor PositionBias(int64_t length) const;  // [1, H, S, S]

  text::T5Config config_;
  at::Tensor embedding_, position_bias_, final_norm_;
  std::vector<Layer> layers_;
};

}  // namespace musicgen::train
