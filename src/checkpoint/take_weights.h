// Weights out of a file: read, then its pages let go of.
#pragma once

#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "nn/linear.h"

namespace musicgen::checkpoint {

std::vector<float> TakeFloats(const TensorSource& source, const std::string& name);

// The matrices on top of each other, packed on the threads of the pool, without a bias.
nn::Linear TakeLinear(ThreadPool& pool, const TensorSource& source,
                      const std::vector<std::string>& names, kernels::WeightFormat format);

}  // namespace musicgen::checkpoint
