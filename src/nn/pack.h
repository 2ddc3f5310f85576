// Packs weights on all threads of a team.
#pragma once

#include <vector>

#include "base/thread_pool.h"
#include "nn/linear.h"
#include "tensor/tensor_view.h"

namespace musicgen::nn {

// The rows of the tensors [N₁, K], [N₂, K], … on top of each other. Each thread packs, and so
// touches first, the stretch that it will read in Forward. Throws Error(kOutOfMemory).
Linear PackStack(ThreadPool& pool, kernels::WeightFormat format,
                 const std::vector<TensorView>& tensors);

}  // namespace musicgen::nn
