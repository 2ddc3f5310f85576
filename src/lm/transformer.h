// The transformer: weights, and one pass of any rows through it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "lm/lm_config.h"
#include "lm/stage_clock.h"
#include "nn/embedding.h"
#include "nn/kv_cache.h"
#include "nn/linear.h"
#include "nn/norm.h"
#include "nn/sinusoidal_positions.h"

namespace musicgen::lm {

// How weights and caches are kept in memory. Quantised weights are multiplied as integers, all else
// is computed in float. What becomes of each tensor is its role's to say (expected_tensors.h,
// nn/held_format.h); at q4 the heads and the first layer take their inputs in sixteen bits
// (docs/decisions.md).
struct Formats {
  kernels::WeightFormat weights = kernels::WeightFormat::kF32;
  kernels::WeightFormat cache = kernels::WeightFormat::kF32;
};

// Keys and values of a stream's cross-attention source, computed once.
struct CrossCache {
  nn::KvCache cache;
  int64_t rows = 0;
};

// One position of one sequence on its way through the network. A step of a guided stream is two
// rows, a prompt pass a row for each column (and guidance half): what a row computes does not
// depend on its neighbours.
struct TransformerRow {
  nn::KvCache* cache = nullptr;  // of the sequence; receives this position's keys and values
  const CrossCache* cross =
      nullptr;                      // null: the null condition, whose contribution is exactly zero
  int64_t position = 0;             // counts every row of the sequence from 0, prefix included
  const int32_t* tokens = nullptr;  // [K] ids in [0, V], `token_stride` apart; or null, and then
  int64_t token_stride = 1;
  const float* vector = nullptr;  // [D], a prefix row
  float* logits = nullptr;        // [K, V], or null when nobody reads them
};

class Transformer {
 public:
  // Packs the weights, on the threads of the pool that will read them, and drops the file's pages.
  // The tensors must have passed CheckTensors against ExpectedTensors (expected_tensors.h), whose
  // `prefix` this is.
  Transformer(ThreadPool& pool, const LmConfig& config, const checkpoint::TensorSource& source,
              const std::string& prefix, Formats formats);

  const LmConfig& config() const { return config_; }
  const Formats& formats() const { return formats_; }

  // A cache for `positions` rows of one sequence. Throws Error(kOutOfMemory).
  nn::KvCache NewCache(int64_t positions) const;
  // Memory for the keys and values of `rows` condition rows. Throws Error(kOutOfMemory).
  CrossCache NewCross(int64_t rows) const;
  // Computes those of rows [rows.begin, rows.end) of the conditions [cross.rows, D]. A row depends
  // on its own condition alone.
  void PassCross(ThreadPool& pool, const float* conditions, Range rows, CrossCache& cross) const;
  // What NewCache and NewCross take, in bytes.
  uint64_t CacheBytes(int64_t positions) const;

  // Buffers of Forward, reused between calls; one for each caller.
  struct Scratch {
    std::vector<float> x, normed, qk, v, attended, hidden, logits;
    std::vector<std::vector<float>> attention, own_normed;  // for each worker
    std::vector<int64_t> crossing,
        reading;  // rows with a cross-attention source, rows whose logits are wanted
    StageClock clock;
  };

  // Runs the rows through every layer. Rows of one sequence must be in order of position, without
  // gaps, and follow what its cache already holds.
  void Forward(ThreadPool& pool, std::span<const TransformerRow> rows, Scratch& scratch) const;

  // Bytes of all weights.
  size_t bytes() const;
  // Bytes of packed matrices that one step reads, however many rows it has.
  uint64_t StepWeightBytes() const;
  StageBytes StageWeightBytes() const;
  // Bytes of keys and values that one row reads for each position before it.
  uint64_t CacheBytesPerPosition() const;

 private:
  struct Layer {
    nn::LayerNorm self_norm, cross_norm, ffn_norm;
    nn::Linear self_qk, self_v, self_out;     // [heads][q, k][head_dim], D; [D, D] twice
    nn::Linear cross_q, cross_kv, cross_out;  // [D, D], [2D, D], [D, D]
    nn::Linear fc1, fc2;                      // [F, D], [D, F]
  };

  // The rows normalised, for this worker to read.
  const float* Normed(Worker& worker, const nn::LayerNorm& norm, const std::vector<int64_t>* chosen,
                      int64_t rows, Scratch& scratch) const;
  void Prepare(std::span<const TransformerRow> rows, int workers, Scratch& scratch) const;
  void Embed(const TransformerRow& row, float* x) const;
  void SelfAttention(Worker& worker, const Layer& layer, int64_t index,
                     std::span<const TransformerRow> rows, Scratch& scratch) const;
  void CrossAttention(Worker& worker, const Layer& layer, int64_t index,
                      std::span<const TransformerRow> rows, Scratch& scratch) const;
  void FeedForward(Worker& worker, const Layer& layer, const nn::Linear& next, int64_t rows,
                   Scratch& scratch) const;
  void Logits(Worker& worker, std::span<const TransformerRow> rows, Scratch& scratch) const;

  LmConfig config_;
  Formats formats_;
  nn::SinusoidalPositions positions_;
  std::vector<nn::Embedding> embeddings_;  // K of [V + 1, D]
  std::vector<Layer> layers_;
  nn::LayerNorm out_norm_;
  nn::Linear heads_;  // [K·V, D]
  // Threads split queries, keys and values as they split attention heads.
  bool head_parallel_ = false;
};

}  // namespace musicgen::lm
