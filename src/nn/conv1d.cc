#include "nn/conv1d.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "kernels/elementwise.h"

namespace musicgen::nn {
namespace {

// How many output frames to compute side by side: the count that costs fewest multiplications per
// frame.
int64_t BestGroup(const Conv1dShape& shape) {
  if (shape.kernel == 1 || shape.dilation != 1) return 1;
  int64_t best = 1;
  double best_cost = 0;
  for (int64_t group = 1; group == 1 || group * shape.out_channels <= kernels::kTileOutputs;
       group *= 2) {
    const double tiles =
        static_cast<double>((group * shape.out_channels - 1) / kernels::kTileOutputs + 1);
    const double cost = tiles * static_cast<double>(shape.kernel + (group - 1) * shape.stride) /
                        static_cast<double>(group);
    if (group > 1 && cost >= best_cost) continue;
    best = group;
    best_cost = cost;
  }
  return best;
}

// A matrix [outputs, taps·in] filled row by row.
void PackRow(Linear& linear, int64_t output, const std::vector<float>& row) {
  linear.PackRows(output,
                  TensorView{"", DType::kF32, {1, static_cast<int64_t>(row.size())}, row.data()});
}

}  // namespace

Conv1d::Conv1d(const Conv1dShape& shape, kernels::WeightFormat format, const float* weight,
               const float* bias)
    : shape_(shape), group_(BestGroup(shape)) {
  MG_CHECK_LE(shape.stride, shape.reach());
  const int64_t in = shape.in_channels;
  const int64_t out = shape.out_channels;
  const int64_t kernel = shape.kernel;
  const auto tap = [&](int64_t o, int64_t k, float* row) {  // row [in] = weights of one tap
    for (int64_t c = 0; c < in; ++c) row[c] = weight[(o * in + c) * kernel + k];
  };
  if (shape.dilation == 1) {
    const int64_t taps = kernel + (group_ - 1) * shape.stride;
    Linear& product = products_.emplace_back(format, group_ * out, taps * in);
    std::vector<float> row(static_cast<size_t>(taps * in));
    for (int64_t g = 0; g < group_; ++g) {
      for (int64_t o = 0; o < out; ++o) {
        std::fill(row.begin(), row.end(), 0.0f);
        for (int64_t k = 0; k < kernel; ++k) tap(o, k, &row[(g * shape.stride + k) * in]);
        PackRow(product, g * out + o, row);
      }
    }
  } else {
    std::vector<float> row(static_cast<size_t>(in));
    for (int64_t k = 0; k < kernel; ++k) {
      Linear& product = products_.emplace_back(format, out, in);
      for (int64_t o = 0; o < out; ++o) {
        tap(o, k, row.data());
        PackRow(product, o, row);
      }
    }
  }
  // Adding +0 turns a bias of −0 into +0. Then a sum that underflowed to −0 ends as +0 whether the
  // zero taps behind it met frames that had arrived or not, and the bits cannot depend on the
  // chunks.
  std::vector<float> biases;
  for (int64_t g = 0; g < group_; ++g) {
    for (int64_t o = 0; o < out; ++o) biases.push_back(bias[o] + 0.0f);
  }
  products_[0].SetBias(std::move(biases));
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
  const int64_t group = conv_.group_;
  const int64_t before = received_;
  // Of the past: what the next output reads, and what the right padding could reflect (it has at
  // most pad_right + stride − 1 frames).
  const int64_t keep_from = std::max(
      window_.begin(),
      std::min(emitted_ / group * group * stride, left + before - shape_.pad_right() - stride));
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

  const int64_t outputs = final_outputs - emitted_;
  first_row_ = emitted_ / group;
  rows_ = outputs > 0 ? (final_outputs + group - 1) / group - first_row_ : 0;
  skip_ = rows_ > 0 ? emitted_ - first_row_ * group : 0;
  emitted_ = final_outputs;
  window_end_ = known + right_frames_;
  if (rows_ > 0) {
    window_end_ = std::max(window_end_, ((first_row_ + rows_) * group - 1) * stride + reach);
  }
  window_.Slide(keep_from, left + before, window_end_);
  out->Reserve(rows_ * group * shape_.out_channels);
  return outputs;
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
  const int64_t padded_end = left + n + right_frames_;
  if (window_end_ > padded_end) {
    std::memset(window_.frame(padded_end), 0,
                static_cast<size_t>(window_end_ - padded_end) * bytes);
  }
}

const float* Conv1dStream::Compute(Worker& worker, const float* x, float* y, bool accumulate) {
  const int64_t in = shape_.in_channels;
  const int64_t out = shape_.out_channels;
  const int64_t arrived = shape_.pad_left() + received_;
  const Range share = worker.Split(chunk_frames_);
  if (share.size() > 0) {
    float* to = window_.frame(arrived - chunk_frames_ + share.begin);
    const float* from = x + share.begin * in;
    if (shape_.elu_input) {
      kernels::Elu(from, share.size() * in, to);
    } else {
      std::memcpy(to, from, static_cast<size_t>(share.size() * in) * sizeof(float));
    }
  }
  worker.Barrier();
  if (fill_left_ || window_end_ > arrived) {
    if (worker.index() == 0) FillPadding();
    worker.Barrier();
  }
  if (rows_ > 0) {
    const int64_t step = conv_.group_ * shape_.stride;
    for (size_t k = 0; k < conv_.products_.size(); ++k) {
      const int64_t first = first_row_ * step + static_cast<int64_t>(k) * shape_.dilation;
      conv_.products_[k].Forward(worker, window_.frame(first), step * in, rows_, y,
                                 conv_.group_ * out, accumulate || k > 0);
    }
  }
  worker.Barrier();
  return y + skip_ * out;
}

void Conv1dStream::RunOnto(Worker& worker, const float* x, float* y) {
  MG_CHECK_EQ(shape_.kernel, 1);
  Compute(worker, x, y, true);
}

}  // namespace musicgen::nn
