#include "nn/linear.h"

#include <algorithm>

#include "base/check.h"
#include "nn/held_format.h"

namespace musicgen::nn {

using kernels::kTileOutputs;
using kernels::WeightFormat;

Linear::Linear(WeightFormat format, int64_t outputs, int64_t inputs)
    : weight_(HeldFormat(TensorRole::kMatrix, format, {outputs, inputs}), outputs, inputs) {}

Linear::Linear(WeightFormat format, const TensorView& weight)
    : Linear(format, weight.shape.at(0),
             weight.elements() / std::max<int64_t>(1, weight.shape.at(0))) {
  weight_.PackRows(0, weight);
}

void Linear::SetBias(std::vector<float> bias) {
  MG_CHECK_EQ(static_cast<int64_t>(bias.size()), outputs());
  bias_ = std::move(bias);
}

bool Linear::SplitOutputsBy(int64_t outputs) {
  if (outputs % kTileOutputs != 0) return false;
  split_tiles_ = outputs / kTileOutputs;
  return true;
}

bool Linear::SplitsRows(const Worker& worker, int64_t rows) const {
  // Few rows: the weights are the traffic, so each thread reads its own stretch of them. Many rows:
  // split these, unless that would make every thread read a weight matrix larger than its cache for
  // too few rows.
  return rows >= 64 && weight_.tiles() < 16 * worker.count();
}

Linear::Share Linear::ShareOf(const Worker& worker, int64_t rows) const {
  if (SplitsRows(worker, rows)) return {worker.Split(rows, 4), {0, outputs()}};
  const Range tiles = worker.Split(weight_.tiles(), split_tiles_);
  return {{0, rows},
          {std::min(tiles.begin * kTileOutputs, outputs()),
           std::min(tiles.end * kTileOutputs, outputs())}};
}

const void* Linear::Begin(const Worker& worker, int64_t rows) const {
  const int64_t first = ShareOf(worker, rows).outputs.begin / kTileOutputs;
  return first < weight_.tiles() ? weight_.tile(first) : nullptr;
}

void Linear::Forward(const Worker& worker, const float* x, int64_t x_stride, int64_t rows, float* y,
                     int64_t y_stride, bool accumulate, const void* next) const {
  const Share share = ShareOf(worker, rows);
  const Range tiles{share.outputs.begin / kTileOutputs,
                    (share.outputs.end + kTileOutputs - 1) / kTileOutputs};
  if (share.rows.size() <= 0 || tiles.size() <= 0) return;
  kernels::MatMulOptions options;
  options.bias = bias_.empty() ? nullptr : bias_.data();
  options.accumulate = accumulate;
  options.two_digit_activations = two_digit_activations_;
  options.next = next;
  options.scratch = worker.scratch();
  kernels::MatMul(x + share.rows.begin * x_stride, x_stride, share.rows.size(), weight_, tiles,
                  options, y + share.rows.begin * y_stride, y_stride);
}

void Linear::ForwardAlone(const Worker& worker, const float* x, int64_t x_stride, int64_t rows,
                          float* y, int64_t y_stride, bool accumulate) const {
  kernels::MatMulOptions options;
  options.bias = bias_.empty() ? nullptr : bias_.data();
  options.accumulate = accumulate;
  options.two_digit_activations = two_digit_activations_;
  options.scratch = worker.scratch();
  kernels::MatMul(x, x_stride, rows, weight_, {0, weight_.tiles()}, options, y, y_stride);
}

}  // namespace musicgen::nn
