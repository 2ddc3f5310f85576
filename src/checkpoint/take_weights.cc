#include "checkpoint/take_weights.h"

#include "nn/pack.h"

namespace musicgen::checkpoint {

std::vector<float> TakeFloats(const TensorSource& source, const std::string& name) {
  const TensorView tensor = source.Get(name);
  std::vector<float> values = ToFloats(tensor);
  source.Drop(tensor);
  return values;
}

nn::Linear TakeLinear(ThreadPool& pool, const TensorSource& source,
                      const std::vector<std::string>& names, kernels::WeightFormat format) {
  std::vector<TensorView> tensors;
  for (const std::string& name : names) tensors.push_back(source.Get(name));
  nn::Linear linear = nn::PackStack(pool, format, tensors);
  for (const TensorView& tensor : tensors) source.Drop(tensor);
  return linear;
}

}  // namespace musicgen::checkpoint
