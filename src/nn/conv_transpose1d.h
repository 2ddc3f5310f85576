// Transposed convolution over time, trimmed so that N frames give exactly N·stride: input frame t
// adds its product with tap j to frame t·stride + j of an untrimmed output of (N − 1)·stride +
// kernel frames, of which the surplus p = kernel − stride is cut off, ⌊p/2⌋ frames on the right
// (⌈p·trim_right_ratio⌉ when causal) and the rest on the left. As a product: `stride` consecutive
// output frames are one row of outputs over the last ⌈kernel / stride⌉ input frames.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>

#include "nn/frame_window.h"
#include "nn/layer_stream.h"
#include "nn/linear.h"

namespace musicgen::nn {

struct ConvTranspose1dShape {
  int64_t in_channels = 1;
  int64_t out_channels = 1;
  int64_t kernel = 1;  // at least the stride
  int64_t stride = 1;
  bool causal = false;
  double trim_right_ratio = 1.0;  // causal only
  bool elu_input = false;         // the layer sees ELU(x)

  int64_t taps() const { return (kernel + stride - 1) / stride; }  // input frames per output
  int64_t trim_right() const {
    const int64_t total = kernel - stride;
    if (!causal) return total / 2;
    return static_cast<int64_t>(std::ceil(static_cast<double>(total) * trim_right_ratio));
  }
  int64_t trim_left() const { return kernel - stride - trim_right(); }
};

class ConvTranspose1d : public Layer {
 public:
  // weight [in, out, kernel], as checkpoints store it; bias [out].
  ConvTranspose1d(const ConvTranspose1dShape& shape, kernels::WeightFormat format,
                  const float* weight, const float* bias);

  std::unique_ptr<LayerStream> NewStream() const override;
  int64_t in_channels() const override { return shape_.in_channels; }
  int64_t out_channels() const override { return shape_.out_channels; }
  size_t bytes() const override { return product_.bytes(); }

 private:
  friend class ConvTranspose1dStream;
  ConvTranspose1dShape shape_;
  Linear product_;  // [stride · out, taps · in]
};

class ConvTranspose1dStream : public LayerStream {
 public:
  explicit ConvTranspose1dStream(const ConvTranspose1d& conv);

  void Reset() override;
  int64_t Begin(int64_t frames, bool last, FloatBuffer* out) override;
  const float* Run(Worker& worker, const float* x, float* y) override;

 private:
  const ConvTranspose1d& conv_;
  const ConvTranspose1dShape& shape_;
  FrameWindow window_;     // input behind taps − 1 frames of zeros
  int64_t received_ = 0;   // input frames announced
  int64_t rows_done_ = 0;  // rows of the product computed
  int64_t emitted_ = 0;    // output frames given
  bool finished_ = false;

  // The chunk at hand.
  int64_t chunk_frames_ = 0;
  int64_t first_row_ = 0;
  int64_t skip_ = 0;  // frames trimmed from the first row
};

}  // namespace musicgen::nn
