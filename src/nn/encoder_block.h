// One layer of a transformer that sees a whole sequence at once (Vaswani et al. 2017): attention
// without a mask, to the sequence itself or to another (cross-attention), and a feed-forward net,
// each added to its input x [S, width]. γ is LayerScale (Touvron et al. 2021) or absent.
//   norm before:  x += γ1 ⊙ Attention(Norm1 x);      x += γ2 ⊙ FeedForward(Norm2 x)
//   norm after:   x = Norm1(x + γ1 ⊙ Attention(x));  x = Norm2(x + γ2 ⊙ FeedForward(x))
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/thread_pool.h"
#include "nn/float_buffer.h"
#include "nn/full_attention.h"
#include "nn/linear.h"
#include "nn/norm.h"

namespace musicgen::nn {

enum class NormPlace { kBefore, kAfter };
// Of the first product's outputs h. Gated: those of its first half multiply those of its second,
// gelu(h_0) ⊙ h_1 with the tanh form of GELU; alone GELU is the exact form.
enum class Activation { kRelu, kGelu, kGatedGeluTanh };

struct EncoderShape {
  int64_t width = 0;
  int64_t heads = 0;
  int64_t head_dim = 0;      // not necessarily width / heads
  int64_t hidden_width = 0;  // what the second product of the feed-forward net takes
  float score_scale = 1.0f;  // attention's scores are score_scale · (q·k) + bias
  NormPlace norm_place = NormPlace::kBefore;
  Activation activation = Activation::kRelu;
  bool cross = false;  // attends to another sequence of the same width, normalised (before alone)

  int64_t inner() const { return heads * head_dim; }
  int64_t activation_width() const {  // what its first product gives
    return activation == Activation::kGatedGeluTanh ? 2 * hidden_width : hidden_width;
  }
};

// Products may have biases.
struct EncoderWeights {
  Norm attention_norm;
  Linear qkv;                          // [3·inner, width], rows q, k, v; across: q [inner, width]
  Norm memory_norm;                    // across: of what is attended to
  Linear memory_kv;                    // across: [2·inner, width], rows k, v
  Linear attention_out;                // [width, inner]
  std::vector<float> attention_gains;  // γ1 [width] or empty
  Norm feed_forward_norm;
  Linear feed_forward_in;                 // [activation_width, width]
  Linear feed_forward_out;                // [width, hidden_width]
  std::vector<float> feed_forward_gains;  // γ2 [width] or empty
};

// One sequence on its way through blocks of one shape, shared by the threads. Memory is linear in
// its rows.
class EncoderActivations {
 public:
  // `memory_rows`: of the sequence that is attended to, where it is another. Throws
  // Error(kOutOfMemory), std::bad_alloc.
  EncoderActivations(const EncoderShape& shape, int64_t rows, int workers, int64_t memory_rows = 0);

  std::vector<float> x;  // [rows, width], in and out
  // [heads, 2·rows − 1]: what attention adds to a score, by key − query from −(rows − 1) on. Empty:
  // nothing.
  std::vector<float> relative_bias;

  int64_t rows() const { return rows_; }

 private:
  friend class EncoderBlock;
  int64_t rows_;
  int workers_;
  // Of one block:
  FloatBuffer normed_;  // [width]; then the products that gains wait for
  FloatBuffer qkv_;     // [3·inner]
  FloatBuffer hidden_;  // [activation_width]
  // Of all rows:
  FloatBuffer attended_;  // [inner], at first the queries
  FullAttention attention_;
  FloatBuffer scratch_;  // [workers, attention_.ScratchFloats()]
};

// Immutable; any number of threads and sequences may share it.
class EncoderBlock {
 public:
  EncoderBlock(const EncoderShape& shape, EncoderWeights weights);

  // activations.x through the layer, in many short runs of the team, so that others may have it in
  // between. False once `stop` is set (null: nobody will): x is then undefined. The flag is looked
  // at after every 300 million products or so of a worker, a few hundredths of a second. The same
  // bits for every number of threads.
  // Across, `memory` [memory_rows, width] is what is attended to.
  bool Forward(ThreadPool& team, EncoderActivations& activations,
               const std::atomic<bool>* stop = nullptr, const float* memory = nullptr) const;

  size_t bytes() const;

 private:
  using Activations = EncoderActivations;
  class BlockShare;
  // Runs a part of the work on the team, unless it is to stop: then false.
  using RunPart = std::function<bool(const std::function<void(Worker&)>& part)>;
  bool Project(const RunPart& run, Activations& a) const;
  bool ProjectMemory(const RunPart& run, const float* memory, Activations& a) const;
  void StoreKeys(Range rows, Range block, int64_t wide, int64_t column, Activations& a) const;
  bool Attend(const RunPart& run, Activations& a) const;
  bool FeedForward(const RunPart& run, Activations& a) const;
  void Activate(Range rows, float* hidden) const;
  const float* ProductInput(const BlockShare& share, const Norm& norm, const float* x,
                            Activations& a) const;
  void AddProduct(const BlockShare& share, const Linear& product, const std::vector<float>& gains,
                  const Norm& norm, const float* in, int64_t in_stride, Range block,
                  Activations& a) const;

  EncoderShape shape_;
  EncoderWeights weights_;
};

}  // namespace musicgen::nn
