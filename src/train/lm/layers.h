// Pieces that both networks are made of.
#pragma once

#include <ATen/ATen.h>

namespace musicgen::train {

// x [P, D] normalised over D.
struct LayerNorm {
  at::Tensor weight, bias;

  at::Tensor operator()(const at::Tensor& x) const;
};

// The sum over K of table rows: tables [K · R, D] of K tables of R rows, indices [P, K] within each
// → [P, D]. The K rows of a position are added without being laid out first, and the gradient's
// sums have one order.
at::Tensor SumOfEmbeddings(const at::Tensor& tables, const at::Tensor& indices);

// Sinusoidal vectors of positions 0 … count − 1, [count, D] (nn/sinusoidal_positions.h).
at::Tensor PositionVectors(int64_t count, int64_t width);

}  // namespace musicgen::train
