#include "train/lm/heads_loss.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace musicgen::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Logits of so many positions fit the cache together with the head's rows.
constexpr int64_t kChunk = 512;

// Rows of book k that are computed, of which the last stands for all that follow it: a multiple of
// 16, for the product's speed.
int64_t ComputedRows(const std::vector<int64_t>& used_rows, int64_t book, int64_t size) {
  if (used_rows.empty()) return size;
  return std::min(size, (used_rows[static_cast<size_t>(book)] + 16) / 16 * 16);
}

// Of one chunk of one book: the probabilities in `p` [M, R] become those less the target's 1; the
// logarithms of the latter go to `losses`.
void SubtractTargets(at::Tensor& p, const int64_t* targets, float* losses) {
  const int64_t rows = p.size(1);
  float* const values = p.mutable_data_ptr<float>();
  for (int64_t i = 0; i < p.size(0); ++i) {
    if (targets[i] < 0) continue;
    float& at = values[i * rows + targets[i]];
    losses[i] = -std::log(std::max(at, 1e-38f));
    at -= 1.0f;
  }
}

struct Gradients {
  at::Tensor hidden, heads;
};

// Fills cross_entropy [K, P] and, where `gradients` are defined, adds to them.
void Pass(const at::Tensor& hidden, const at::Tensor& heads, const at::Tensor& targets,
          const at::Tensor& weights, const std::vector<int64_t>& used_rows,
          at::Tensor& cross_entropy, Gradients* gradients) {
  const int64_t books = targets.size(0), positions = targets.size(1), size = heads.size(0) / books;
  for (int64_t k = 0; k < books; ++k) {
    const int64_t rows = ComputedRows(used_rows, k, size);
    const auto copies = static_cast<float>(size - rows + 1);
    const at::Tensor head = heads.narrow(0, k * size, rows);
    const at::Tensor head_gradient =
        gradients == nullptr ? at::Tensor() : gradients->heads.narrow(0, k * size, rows);
    at::Tensor buffer = at::empty({std::min(kChunk, positions), rows}, hidden.options());
    for (int64_t begin = 0; begin < positions; begin += kChunk) {
      const int64_t count = std::min(kChunk, positions - begin);
      const at::Tensor x = hidden.narrow(0, begin, count);
      at::Tensor p = buffer.narrow(0, 0, count);
      at::mm_out(p, x, head.t());
      if (copies > 1.0f) p.select(1, rows - 1).add_(std::log(copies));
      at::_softmax_out(p, p, 1, /*half_to_float=*/false);
      const int64_t at = k * positions + begin;
      SubtractTargets(p, targets.const_data_ptr<int64_t>() + at,
                      cross_entropy.mutable_data_ptr<float>() + at);
      if (gradients == nullptr) continue;
      // What the copies get together is shared out by CopyUnusedRows; the weights go with the
      // narrower factor.
      const at::Tensor w = weights.narrow(0, k, 1).narrow(1, begin, count).t();
      at::Tensor head_gradient_out = head_gradient, hidden_part = at::mm(p, head).mul_(w);
      head_gradient_out.addmm_(p.t(), x * w);
      gradients->hidden.narrow(0, begin, count).add_(hidden_part);
    }
  }
}

class FusedLoss : public torch::autograd::Function<FusedLoss> {
 public:
  static variable_list forward(AutogradContext* context, const at::Tensor& hidden,
                               const at::Tensor& heads, const at::Tensor& targets,
                               const at::Tensor& weights, const std::vector<int64_t>& used_rows) {
    at::Tensor cross_entropy = at::zeros(targets.sizes(), hidden.options());
    Gradients gradients{at::zeros_like(hidden), at::zeros_like(heads)};
    Pass(hidden, heads, targets, weights, used_rows, cross_entropy, &gradients);
    context->save_for_backward({gradients.hidden, gradients.heads});
    context->mark_non_differentiable({cross_entropy});
    return {(cross_entropy * weights).sum(), cross_entropy};
  }

  static variable_list backward(AutogradContext* context, const variable_list& outer) {
    const variable_list saved = context->get_saved_variables();
    at::Tensor hidden = saved[0], heads = saved[1];
    hidden.mul_(outer[0]);
    heads.mul_(outer[0]);
    return {hidden, heads, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

// Where the tensors are not in the processor's memory: the same from ready operations.
HeadsLoss Plain(const at::Tensor& hidden, const at::Tensor& heads, const at::Tensor& targets,
                const at::Tensor& weights, const std::vector<int64_t>& used_rows) {
  const int64_t books = targets.size(0), size = heads.size(0) / books;
  std::vector<at::Tensor> losses;
  for (int64_t k = 0; k < books; ++k) {
    const int64_t rows = ComputedRows(used_rows, k, size);
    const at::Tensor copies = at::zeros({rows}, hidden.options());
    copies.narrow(0, rows - 1, 1).fill_(std::log(static_cast<double>(size - rows + 1)));
    const at::Tensor logits = at::linear(hidden, heads.narrow(0, k * size, rows), copies);
    losses.push_back(at::cross_entropy_loss(logits, targets.select(0, k), {}, at::Reduction::None,
                                            /*ignore_index=*/-1));
  }
  const at::Tensor cross_entropy = at::stack(losses);
  return {(cross_entropy * weights).sum(), cross_entropy.detach()};
}

}  // namespace

HeadsLoss CrossEntropyOfHeads(const at::Tensor& hidden, const at::Tensor& heads,
                              const at::Tensor& targets, const at::Tensor& weights,
                              const std::vector<int64_t>& used_rows) {
  MG_CHECK(used_rows.empty() || static_cast<int64_t>(used_rows.size()) == targets.size(0));
  if (!hidden.is_cpu()) return Plain(hidden, heads, targets, weights, used_rows);
  if (!at::GradMode::is_enabled()) {
    at::Tensor cross_entropy = at::zeros(targets.sizes(), hidden.options());
    Pass(hidden, heads, targets, weights, used_rows, cross_entropy, nullptr);
    return {(cross_entropy * weights).sum(), cross_entropy};
  }
  const variable_list out = FusedLoss::apply(hidden, heads, targets, weights, used_rows);
  return {out[0], out[1]};
}

void CopyUnusedRows(at::Tensor heads, const std::vector<int64_t>& used_rows) {
  const at::NoGradGuard no_grad;
  const auto books = static_cast<int64_t>(used_rows.size());
  for (int64_t k = 0; k < books; ++k) {
    const int64_t size = heads.size(0) / books, rows = ComputedRows(used_rows, k, size);
    if (rows == size) continue;
    const at::Tensor book = heads.narrow(0, k * size, size);
    book.narrow(0, rows, size - rows).copy_(book.narrow(0, rows - 1, 1));
  }
}

}  // namespace musicgen::train
