#include "nn/conv_transpose1d.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "nn/conv_product.h"

namespace musicgen::nn {

ConvTranspose1d::ConvTranspose1d(const ConvTranspose1dShape& shape, kernels::WeightFormat format,
                                 const float* weight, const float* bias)
    : shape_(shape),
      product_(ConvTransposeProduct(format, weight, shape.out_channels, shape.in_channels,
                                    shape.kernel, shape.stride, bias)) {
  MG_CHECK_LE(shape.stride, shape.kernel);
}

std::unique_ptr<LayerStream> ConvTranspose1d::NewStream() const {
  return std::make_unique<ConvTranspose1dStream>(*this);
}

ConvTranspose1dStream::ConvTranspose1dStream(const ConvTranspose1d& conv)
    : conv_(conv), shape_(conv.shape_), window_(conv.shape_.in_channels) {}

void ConvTranspose1dStream::Reset() {
  window_.Reset();
  received_ = rows_done_ = emitted_ = 0;
  finished_ = false;
}

int64_t ConvTranspose1dStream::Begin(int64_t frames, bool last, FloatBuffer* out) {
  MG_CHECK(!finished_);
  const int64_t stride = shape_.stride;
  const int64_t left = shape_.trim_left();
  const int64_t history = shape_.taps() - 1;  // frame i of the signal is frame history + i
  const int64_t before = received_;
  chunk_frames_ = frames;
  received_ += frames;
  finished_ = last;

  // A row needs nothing beyond its newest frame. At the end, rows over the zeros behind the signal
  // complete what the left trim has shifted.
  first_row_ = rows_done_;
  rows_done_ = received_;
  int64_t final_outputs = std::max<int64_t>(0, received_ * stride - left);
  if (last && received_ > 0) {
    rows_done_ = received_ + (left + stride - 1) / stride;
    final_outputs = received_ * stride;
  }
  skip_ = rows_done_ > first_row_ ? emitted_ + left - first_row_ * stride : 0;
  const int64_t outputs = final_outputs - emitted_;
  emitted_ = final_outputs;

  window_.Slide(first_row_, history + before, history + rows_done_);
  if (before == 0 && history > 0) {
    std::memset(window_.frame(0), 0,
                static_cast<size_t>(history * shape_.in_channels) * sizeof(float));
  }
  out->Reserve((rows_done_ - first_row_) * stride * shape_.out_channels);
  return outputs;
}

const float* ConvTranspose1dStream::Run(Worker& worker, const float* x, float* y) {
  const int64_t in = shape_.in_channels;
  const int64_t arrived = shape_.taps() - 1 + received_;
  window_.Fill(worker, x, {arrived - chunk_frames_, arrived}, shape_.elu_input);
  if (worker.index() == 0 && rows_done_ > received_) {
    std::memset(window_.frame(arrived), 0,
                static_cast<size_t>((rows_done_ - received_) * in) * sizeof(float));
  }
  worker.Barrier();
  if (rows_done_ > first_row_) {
    conv_.product_.Forward(worker, window_.frame(first_row_), in, rows_done_ - first_row_, y,
                           shape_.stride * shape_.out_channels);
  }
  worker.Barrier();
  return y + skip_ * shape_.out_channels;
}

}  // namespace musicgen::nn
