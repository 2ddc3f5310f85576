// A linear layer: packed weights [N, K] and an optional bias.
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/matmul.h"
#include "tensor/tensor_view.h"

namespace musicgen::nn {

class Linear {
 public:
  Linear() = default;
  // Room for [outputs, inputs]; fill it with PackRows. A quantised format gives way to f16
  // where PackedMatrix::CanQuantize says no.
  Linear(kernels::WeightFormat format, int64_t outputs, int64_t inputs);
  // One weight tensor [N, K], no bias.
  Linear(kernels::WeightFormat format, const TensorView& weight);

  void PackRows(int64_t first_output, const TensorView& rows) {
    weight_.PackRows(first_output, rows);
  }
  void SetBias(std::vector<float> bias);
  // Quantised weights: activations of sixteen bits (kernels/matmul.h).
  void UseTwoDigitActivations() { two_digit_activations_ = true; }
  // Threads split the outputs in multiples of so many; false, and nothing happens, where that is no
  // whole number of tiles.
  bool SplitOutputsBy(int64_t outputs);

  // y [rows, N] = x [rows, K]·Wᵀ + bias (+ y). The calling worker computes its share: of the output
  // tiles when they suffice, else of the rows. Every worker of the team must call it; no barrier
  // before or after. `next` is what this worker reads afterwards, asked for in time, or null.
  void Forward(const Worker& worker, const float* x, int64_t x_stride, int64_t rows, float* y,
               int64_t y_stride, bool accumulate = false, const void* next = nullptr) const;
  // The same, all of it on the calling thread.
  void ForwardAlone(const Worker& worker, const float* x, int64_t x_stride, int64_t rows, float* y,
                    int64_t y_stride, bool accumulate = false) const;
  // Where the weights that Forward reads on this worker begin; null where it has none.
  const void* Begin(const Worker& worker, int64_t rows) const;
  // The outputs that Forward on this worker writes, when it splits by outputs (always so for rows <
  // 64 or so). Lets an elementwise function follow on the same share without a barrier.
  struct Share {
    Range rows;
    Range outputs;
  };
  Share ShareOf(const Worker& worker, int64_t rows) const;
  // Whether Forward splits by rows.
  bool SplitsRows(const Worker& worker, int64_t rows) const;

  int64_t outputs() const { return weight_.outputs(); }
  int64_t inputs() const { return weight_.inputs(); }
  size_t bytes() const { return weight_.bytes() + bias_.size() * sizeof(float); }
  const kernels::PackedMatrix& weight() const { return weight_; }

 private:
  kernels::PackedMatrix weight_;
  std::vector<float> bias_;
  bool two_digit_activations_ = false;
  int64_t split_tiles_ = 1;
};

}  // namespace musicgen::nn
