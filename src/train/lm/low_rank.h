// Low-rank terms beside weights that stay as they are (LoRA: Hu et al. 2021).
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "train/optim/parameters.h"

namespace musicgen::train {

// Of one module. A linear layer W [N, D] becomes y = W x + scale · B (A · drop(x)) with A [r, D]
// and B [N, r]; an embedding E [V, D] becomes E[i] + scale · B · A[:, i] with A [r, V] and B
// [D, r], without dropout.
struct LowRank {
  std::string module;  // its path: "decoder.lm_heads.0"
  bool embedding = false;
  at::Tensor weight;                // the model's, a stack of several modules'
  int64_t first_row = 0, rows = 0;  // the module's among them
  at::Tensor a, b;                  // require gradient
  double scale = 1.0;               // alpha / r

  int64_t rank() const { return a.size(0); }
};

class LowRankTerms {
 public:
  // None.
  LowRankTerms() = default;
  LowRankTerms(std::vector<LowRank> terms, double dropout);

  // From now on a share `dropout` of what each A sees is left out; none: nothing is. What is left
  // out depends on seed and module alone, so that it can be computed again.
  void DropOut(std::optional<uint64_t> seed) { seed_ = seed; }

  const std::vector<LowRank>& terms() const { return terms_; }
  bool empty() const { return terms_.empty(); }
  double dropout() const { return dropout_; }
  // A and B of all of them, under PEFT's names.
  const Parameters& parameters() const { return parameters_; }

  // x Wᵀ + bias with the terms beside W; `bias` may be none.
  at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight,
                    const at::Tensor& bias = {}) const;
  // Adds to the embeddings x [P, D], the sum over K of the tables' rows, their terms. Indices
  // [P, K] within each.
  at::Tensor AddEmbeddings(const at::Tensor& x, const at::Tensor& tables,
                           const at::Tensor& indices) const;
  // The same logits from wider factors: of each term of the heads, what A makes of `hidden` [P, D]
  // stands beside it and B beside its module's rows of `heads`.
  struct Factors {
    at::Tensor hidden, heads;
  };
  Factors Widen(const at::Tensor& hidden, const at::Tensor& heads) const;

  // Adds the terms to the weights.
  void Merge() const;

 private:
  std::vector<const LowRank*> Of(const at::Tensor& weight) const;
  at::Tensor Drop(const at::Tensor& x, const LowRank& term) const;

  std::vector<LowRank> terms_;
  double dropout_ = 0.0;
  std::optional<uint64_t> seed_;
  Parameters parameters_;
};

}  // namespace musicgen::train
