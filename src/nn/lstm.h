// A stack of LSTM layers of one width, with EnCodec's skip around the stack: y = LSTM(x) + x.
// Gates in PyTorch's order i, f, g, o:
//   a = (W_ih·x + (b_ih + b_hh)) + W_hh·h;  c = σ(a_f)·c + σ(a_i)·tanh(a_g);  h = σ(a_o)·tanh(c)
// from h = c = 0.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "nn/layer_stream.h"
#include "nn/linear.h"

namespace musicgen::nn {

// One layer as checkpoints store it.
struct LstmWeights {
  const float* weight_ih;  // [4·width, width]
  const float* weight_hh;  // [4·width, width]
  const float* bias_ih;    // [4·width]
  const float* bias_hh;    // [4·width]
};

class Lstm : public Layer {
 public:
  Lstm(int64_t width, kernels::WeightFormat format) : width_(width), format_(format) {}
  // Packs the next layer of the stack.
  void AddLayer(const LstmWeights& weights);

  std::unique_ptr<LayerStream> NewStream() const override;
  int64_t in_channels() const override { return width_; }
  int64_t out_channels() const override { return width_; }
  size_t bytes() const override;

 private:
  friend class LstmStream;
  // Gate outputs are packed in blocks of a tile's 32 hidden units, [block][gate][unit], so that the
  // gates of a thread's units are one stretch of weights. Units beyond the width are zeros.
  int64_t blocks() const;
  struct Stacked {
    Linear input;      // W_ih, with both biases
    Linear recurrent;  // W_hh
  };
  int64_t width_;
  kernels::WeightFormat format_;
  std::vector<Stacked> layers_;
};

class LstmStream : public LayerStream {
 public:
  explicit LstmStream(const Lstm& lstm);

  void Reset() override;
  int64_t Begin(int64_t frames, bool last, FloatBuffer* out) override;
  // Layer by layer over the chunk, so that one layer's recurrent weights stay in the cache; inside
  // a layer each thread owns a range of hidden units, with a barrier per frame.
  const float* Run(Worker& worker, const float* x, float* y) override;

 private:
  const Lstm& lstm_;
  std::vector<float> h_;  // [layers][width], of the last frame
  std::vector<float> c_;
  std::vector<float> gates_h_;  // of one frame
  FloatBuffer gates_x_;         // of the chunk
  int64_t chunk_frames_ = 0;
};

}  // namespace musicgen::nn
