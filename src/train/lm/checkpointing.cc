#include "train/lm/checkpointing.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/custom_class.h>

namespace musicgen::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct KeptPiece : torch::CustomClassHolder {
  explicit KeptPiece(Piece p) : piece(std::move(p)) {}
  Piece piece;
};

class Recompute : public torch::autograd::Function<Recompute> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& states,
                            const Piece& piece) {
    context->save_for_backward({x, states});
    context->saved_data["piece"] = c10::IValue::make_capsule(c10::make_intrusive<KeptPiece>(piece));
    return piece(x, states);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const auto kept =
        c10::static_intrusive_pointer_cast<KeptPiece>(context->saved_data["piece"].toCapsule());
    const at::AutoGradMode with_gradients(true);
    const at::Tensor x = saved[0].detach().requires_grad_(true);
    const at::Tensor states = saved[1].detach().requires_grad_(saved[1].requires_grad());
    torch::autograd::backward({kept->piece(x, states)}, {gradients[0]});
    return {x.grad(), states.grad(), at::Tensor()};
  }
};

}  // namespace

at::Tensor Recomputed(const Piece& piece, const at::Tensor& x, const at::Tensor& states) {
  if (!at::GradMode::is_enabled()) return piece(x, states);
  // An input without gradient (frozen embeddings) would cut off the parameters inside.
  const at::Tensor in = x.requires_grad() ? x : x.detach().requires_grad_(true);
  return Recompute::apply(in, states, piece);
}

}  // namespace musicgen::train
