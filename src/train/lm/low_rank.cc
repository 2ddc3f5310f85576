#include "train/lm/low_rank.h"

#include <ATen/core/grad_mode.h>

namespace musicgen::train {

LowRankTerms::LowRankTerms(std::vector<LowRank> terms, double dropout)
    : terms_(std::move(terms)), dropout_(dropout) {
  for (const LowRank& term : terms_) {
    const auto add = [&](const char* linear, const char* embedding, const at::Tensor& value) {
      parameters_.push_back({{term.module + (term.embedding ? embedding : linear)}, value});
    };
    add(".lora_A.weight", ".lora_embedding_A", term.a);
    add(".lora_B.weight", ".lora_embedding_B", term.b);
  }
}

std::vector<const LowRank*> LowRankTerms::Of(const at::Tensor& weight) const {
  std::vector<const LowRank*> found;
  for (const LowRank& term : terms_) {
    if (term.weight.is_same(weight)) found.push_back(&term);
  }
  return found;
}

at::Tensor LowRankTerms::Drop(const at::Tensor& x, const LowRank& term) const {
  if (!seed_ || dropout_ == 0.0) return x;
  const auto number = static_cast<uint64_t>(&term - terms_.data());
  at::Generator generator = at::globalContext().defaultGenerator(x.device()).clone();
  generator.set_current_seed(*seed_ * terms_.size() + number);
  const at::Tensor kept =
      at::empty(x.sizes(), x.options().requires_grad(false)).bernoulli_(1.0 - dropout_, generator);
  return x * kept / (1.0 - dropout_);
}

at::Tensor LowRankTerms::Linear(const at::Tensor& x, const at::Tensor& weight,
                                const at::Tensor& bias) const {
  at::Tensor y = at::linear(x, weight, bias);
  const std::vector<const LowRank*> terms = Of(weight);
  if (terms.empty()) return y;
  std::vector<at::Tensor> parts;
  int64_t done = 0;
  for (const LowRank* term : terms) {
    parts.push_back(y.narrow(1, done, term->first_row - done));
    parts.push_back(y.narrow(1, term->first_row, term->rows) +
                    at::linear(at::linear(Drop(x, *term), term->a), term->b) * term->scale);
    done = term->first_row + term->rows;
  }
  parts.push_back(y.narrow(1, done, y.size(1) - done));
  return at::cat(parts, 1);
}

at::Tensor LowRankTerms::AddEmbeddings(const at::Tensor& x, const at::Tensor& tables,
                                       const at::Tensor& indices) const {
  at::Tensor sum = x;
  for (const LowRank* term : Of(tables)) {
    const at::Tensor rows =
        at::embedding(term->a.t(), indices.select(1, term->first_row / term->rows));
    sum = sum + at::linear(rows, term->b) * term->scale;
  }
  return sum;
}

LowRankTerms::Factors LowRankTerms::Widen(const at::Tensor& hidden, const at::Tensor& heads) const {
  std::vector<at::Tensor> wide_hidden = {hidden}, wide_heads = {heads};
  for (const LowRank* term : Of(heads)) {
    wide_hidden.push_back(at::linear(Drop(hidden, *term), term->a) * term->scale);
    wide_heads.push_back(at::constant_pad_nd(
        term->b, {0, 0, term->first_row, heads.size(0) - term->first_row - term->rows}));
  }
  if (wide_heads.size() == 1) return {hidden, heads};
  return {at::cat(wide_hidden, 1), at::cat(wide_heads, 1)};
}

void LowRankTerms::Merge() const {
  const at::NoGradGuard no_grad;
  for (const LowRank& term : terms_) {
    const at::Tensor product = at::mm(term.b, term.a);
    at::Tensor(term.weight)
        .narrow(0, term.first_row, term.rows)
        .add_(term.embedding ? product.t() : product, term.scale);
  }
}

}  // namespace musicgen::train
