// The K output heads and their cross-entropy in one pass.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace musicgen::train {

struct HeadsLoss {
  at::Tensor loss;           // scalar with gradient: Σ weights · cross-entropy
  at::Tensor cross_entropy;  // f32 [K, P], without gradient; 0 where there is no target
};

// hidden [P, D], heads [K · V, D] (logits of book k are hidden · its V rowsᵀ), targets int64
// [K, P] with −1 where nothing is predicted, weights f32 [K, P].
//
// `used_rows[k]` says that book k's codes from there on never occur. One of their rows then stands
// for all of them, exactly, in the loss of the heads that CopyUnusedRows makes of these. Empty: all
// rows are used.
//
// The logits exist for a few hundred positions at a time: each chunk's gradient follows at once.
HeadsLoss CrossEntropyOfHeads(const at::Tensor& hidden, const at::Tensor& heads,
                              const at::Tensor& targets, const at::Tensor& weights,
                              const std::vector<int64_t>& used_rows);

void CopyUnusedRows(at::Tensor heads, const std::vector<int64_t>& used_rows);

}  // namespace musicgen::train
