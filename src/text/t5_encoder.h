// The T5 encoder (Raffel et al. 2020): token ids → one vector per token.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "kernels/packed_matrix.h"
#include "nn/embedding.h"
#include "nn/encoder_block.h"
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
  // memory is linear in it, time quadratic. `stop`, if not null, may be set from any thread at any
  // time: within a tenth of a second or so the result is then empty. Thread-safe; the same bits for
  // every number of threads. Right padding is unknown here: real tokens do not depend on it. Throws
  // Error(kOutOfMemory).
  std::vector<float> Encode(ThreadPool& pool, const TokenIds& ids,
                            const std::atomic<bool>* stop = nullptr) const;

  const T5Config& config() const { return config_; }
  size_t bytes() const;

 private:
  nn::EncoderShape shape() const;
  // Of layer 0, for all layers.
  std::vector<float> RelativeBias(int64_t rows) const;

  T5Config config_;
  nn::Embedding embedding_;
  std::vector<float> position_bias_;  // [num_buckets, num_heads]
  std::vector<nn::EncoderBlock> layers_;
  nn::Norm final_norm_;
};

}  // namespace musicgen::text
