// Activation checkpointing: what a piece of a network computes is computed again on the way back.
#pragma once

#include <ATen/ATen.h>

#include <functional>

namespace musicgen::train {

// piece(x, states), of which x and states alone are kept. It must be the same computation each time
// and outlive the way back; the gradients of parameters inside it go to them directly.
using Piece = std::function<at::Tensor(const at::Tensor& x, const at::Tensor& states)>;
at::Tensor Recomputed(const Piece& piece, const at::Tensor& x, const at::Tensor& states);

}  // namespace musicgen::train
