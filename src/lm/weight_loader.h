// Reads the language model's tensors in the formats that they are held in (nn/held_format.h), and
// drops the pages of their file.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "lm/lm_config.h"
#include "nn/embedding.h"
#include "nn/linear.h"
#include "nn/norm.h"
#include "tensor/tensor_role.h"

namespace musicgen::lm {

class WeightLoader {
 public:
  // All outlive the loader. The tensors must have passed CheckTensors against ExpectedTensors
  // (expected_tensors.h), whose `prefix` this is.
  WeightLoader(ThreadPool& pool, const LmConfig& config, const checkpoint::TensorSource& source,
               const std::string& prefix, kernels::WeightFormat format);

  nn::LayerNorm Norm(const std::string& name) const;  // its weight and bias
  nn::Embedding Table(const std::string& name) const;
  // What a weight matrix is held in.
  kernels::WeightFormat Format(const std::string& name) const;
  // Stacks weight matrices of one format on top of each other, or `parts` slices of each in turn.
  nn::Linear Stack(const std::vector<std::string>& names, int64_t parts = 1) const;
  // In float, whatever its role.
  std::vector<float> Floats(const std::string& name) const;

 private:
  kernels::WeightFormat FormatOf(const std::string& name, const Shape& shape) const;

  ThreadPool& pool_;
  const checkpoint::TensorSource& source_;
  kernels::WeightFormat format_;
  std::unordered_map<std::string, TensorRole> roles_;
};

}  // namespace musicgen::lm
