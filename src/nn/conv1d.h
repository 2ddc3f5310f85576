// Convolution over time with EnCodec's padding, as products over overlapping rows.
//
// The signal is padded so that N frames give ceil(N / stride): p = (kernel − 1)·dilation + 1 −
// stride frames in all, ⌈p/2⌉ of them on the left (all of them when causal), and on the right as
// many more as complete the last stride. Reflection leaves out the edge frame; a signal no longer
// than the padding is extended by zeros first, and the result loses as many at its end (`_pad1d` in
// transformers' modeling_encodec.py, `pad1d` in audiocraft's modules/conv.py).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "nn/frame_window.h"
#include "nn/layer_stream.h"
#include "nn/linear.h"

namespace musicgen::nn {

enum class PadMode { kZero, kReflect };

struct Conv1dShape {
  int64_t in_channels = 1;
  int64_t out_channels = 1;
  int64_t kernel = 1;
  int64_t stride = 1;  // at most the kernel's reach
  int64_t dilation = 1;
  bool causal = false;
  PadMode pad_mode = PadMode::kReflect;
  bool elu_input = false;  // the layer sees ELU(x)

  int64_t reach() const { return (kernel - 1) * dilation + 1; }
  int64_t pad_total() const { return reach() - stride; }
  int64_t pad_left() const { return causal ? pad_total() : pad_total() - pad_total() / 2; }
  int64_t pad_right() const { return pad_total() - pad_left(); }  // before completing the stride
};

class Conv1d : public Layer {
 public:
  // weight [out, in, kernel], as checkpoints store it; bias [out].
  Conv1d(const Conv1dShape& shape, kernels::WeightFormat format, const float* weight,
         const float* bias);

  std::unique_ptr<LayerStream> NewStream() const override;
  int64_t in_channels() const override { return shape_.in_channels; }
  int64_t out_channels() const override { return shape_.out_channels; }
  size_t bytes() const override;
  const Conv1dShape& shape() const { return shape_; }

 private:
  friend class Conv1dStream;
  Conv1dShape shape_;
  std::vector<Linear> products_;  // one over all taps, or with dilation one per tap
};

class Conv1dStream : public LayerStream {
 public:
  explicit Conv1dStream(const Conv1d& conv);

  void Reset() override;
  int64_t Begin(int64_t frames, bool last, FloatBuffer* out) override;
  const float* Run(Worker& worker, const float* x, float* y) override {
    Compute(worker, x, y, false);
    return y;
  }
  // As Run, but adds to what y holds.
  void RunOnto(Worker& worker, const float* x, float* y) { Compute(worker, x, y, true); }

 private:
  void Compute(Worker& worker, const float* x, float* y, bool accumulate);
  void FillPadding();

  const Conv1d& conv_;
  const Conv1dShape& shape_;
  FrameWindow window_;      // padded input: frame i of the signal is frame pad_left + i of it
  int64_t received_ = 0;    // input frames announced
  int64_t emitted_ = 0;     // output frames given
  bool left_done_ = false;  // the left padding is known
  bool finished_ = false;

  // The chunk at hand.
  int64_t chunk_frames_ = 0;
  bool fill_left_ = false;
  int64_t right_frames_ = 0;  // padding behind the end of the signal
  int64_t first_output_ = 0;
  int64_t outputs_ = 0;
};

}  // namespace musicgen::nn
