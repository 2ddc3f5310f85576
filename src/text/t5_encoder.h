// The T5 encoder (Raffel et al. 2020): token ids → one vector per token.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "kernels/packed_matrix.h"
#include "nn/embedding.h"
#include "nn/linear.h"
#include "nn/norm.h"
#include "text/t5_config.h"
#include "types/token_ids.h"

namespace musicgen::text {

class T5Encoder {
 public:
  // Packs the weights into `format`, on the threads of the pool, and lets go of the file's pages.
  // The tensors must have passed CheckTensors against ExpectedTensors (expected_tensors.h), whose
  // `prefix` this is.
  T5Encoder(ThreadPool& pool, const T5Config& config, const checkpoint::TensorSource& source,
            const std::string& prefix, kernels::WeightFormat format);

  // The last hidden states [S, d_model] of one prompt of S ≥ 1 tokens, each id < vocab_size. Any S;
  // memory is linear in it. Thread-safe; the same bits for every number of threads. Right padding
  // is unknown here: real tokens do not depend on it.
  std::vector<float> Encode(ThreadPool& pool, const TokenIds& ids) const;

  const T5Config& config() const { return config_; }
  size_t bytes() const;

 private:
  struct Layer {
    nn::RmsNorm attention_norm;
    nn::Linear qkv;  // [3·inner, d_model], rows q, k, v
    nn::Linear attention_out;
    nn::RmsNorm feed_forward_norm;
    nn::Linear feed_forward_in;  // [d_ff, d_model]; gated: [2·d_ff, d_model], rows wi_0, wi_1
    nn::Linear feed_forward_out;
  };
  struct Scratch;

  void AttentionBlock(Worker& worker, const Layer& layer, Scratch& s) const;
  void FeedForwardBlock(Worker& worker, const Layer& layer, Scratch& s) const;

  T5Config config_;
  nn::Embedding embedding_;
  std::vector<float> position_bias_;  // [num_buckets, num_heads], of layer 0, for all layers
  std::vector<Layer> layers_;
  nn::RmsNorm final_norm_;
};

}  // namespace musicgen::text
