#include "nn/conv1d.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "nn/conv_product.h"

namespace musicgen::nn {

Conv1d::Conv1d(const Conv1dShape& shape, kernels::WeightFormat format, const float* weight,
               const float* bias)
    : shape_(shape) {
  MG_CHECK_LE(shape.stride, shape.reach());
  const int64_t in = shape.in_channels;
  const int64_t out = shape.out_channels;
  const int64_t kernel = shape.kernel;
  const int64_t taps = shape.dilation == 1 ? kernel : 1;  // per product
  for (int64_t first = 0; first < kernel; first += taps) {
    products_.push_back(ConvProduct(format, weight, out, in, kernel, {first, first + taps}));
  }
  products_[0].SetBias(std::vector<float>(bias, bias + out));
}

std::unique_ptr<LayerStream> Conv1d::NewStream() const {
  return std::make_unique<Conv1dStream>(*this);
}

size_t Conv1d::bytes() const {
  size_t sum = 0;
  for (const Linear& product : products_) sum += product.bytes();
  return sum;
}

Conv1dStream::Conv1dStream(const Conv1d& conv)
    : conv_(conv), shape_(conv.shape_), window_(conv.shape_.in_channels) {}

void Conv1dStream::Reset() {
  window_.Reset();
  received_ = emitted_ = 0;
  left_done_ = finished_ = false;
}

int64_t Conv1dStream::Begin(int64_t frames, bool last, FloatBuffer* out) {
  MG_CHECK(!finished_);
  const int64_t left = shape_.pad_left();
  const int64_t reach = shape_.reach();
  const int64_t stride = shape_.stride;
  const int64_t before = received_;
  // Of the past: what the next output reads, and what the right padding could reflect (it has at
  // most pad_right + stride − 1 frames).
  const int64_t keep_from = std::max(
      window_.begin(), std::min(emitted_ * stride, left + before - shape_.pad_right() - stride));
  chunk_frames_ = frames;
  received_ += frames;
  finished_ = last;

  fill_left_ =
      !left_done_ && (last || shape_.pad_mode == PadMode::kZero || left == 0 || received_ > left);
  left_done_ = left_done_ || fill_left_;
  const int64_t known = left + received_;
  int64_t final_outputs = emitted_;
  right_frames_ = 0;
  if (last && received_ > 0) {
    final_outputs = (received_ + stride - 1) / stride;
    right_frames_ = (final_outputs - 1) * stride + reach - known;
  } else if (left_done_ && known >= reach) {
    final_outputs = std::max(emitted_, (known - reach) / stride + 1);
  }

  first_output_ = emitted_;
  outputs_ = final_outputs - emitted_;
  emitted_ = final_outputs;
  window_.Slide(keep_from, left + before, known + right_frames_);
  out->Reserve(outputs_ * shape_.out_channels);
  return outputs_;
}

void Conv1dStream::FillPadding() {
  const int64_t left = shape_.pad_left();
  const int64_t n = received_;
  const size_t bytes = static_cast<size_t>(window_.channels()) * sizeof(float);
  const bool reflect = shape_.pad_mode == PadMode::kReflect;
  const auto set = [&](int64_t padded, int64_t source) {  // source: frame of the signal
    if (reflect && source < n) {
      std::memcpy(window_.frame(padded), window_.frame(left + source), bytes);
    } else {
      std::memset(window_.frame(padded), 0, bytes);
    }
  };
  if (fill_left_) {
    for (int64_t i = 0; i < left; ++i) set(i, left - i);
  }
  const int64_t longest = std::max(left, right_frames_);
  const int64_t zeros = n <= longest ? longest - n + 1 : 0;  // the extension of a short signal
  for (int64_t i = 0; i < right_frames_; ++i) {
    set(left + n + i, i < zeros ? n : n + 2 * zeros - 2 - i);
  }
}

void Conv1dStream::Compute(Worker& worker, const float* x, float* y, bool accumulate) {
  const int64_t in = shape_.in_channels;
  const int64_t arrived = shape_.pad_left() + received_;
  window_.Fill(worker, x, {arrived - chunk_frames_, arrived}, shape_.elu_input);
  worker.Barrier();
  if (fill_left_ || right_frames_ > 0) {
    if (worker.index() == 0) FillPadding();
    worker.Barrier();
  }
  for (size_t k = 0; outputs_ > 0 && k < conv_.products_.size(); ++k) {
    const int64_t first = first_output_ * shape_.stride + static_cast<int64_t>(k) * shape_.dilation;
    conv_.products_[k].Forward(worker, window_.frame(first), shape_.stride * in, outputs_, y,
                               shape_.out_channels, accumulate || k > 0);
  }
  worker.Barrier();
}

}  // namespace musicgen::nn
