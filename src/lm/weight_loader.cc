#include "lm/weight_loader.h"

#include <utility>

#include "base/check.h"
#include "checkpoint/take_weights.h"
#include "lm/expected_tensors.h"
#include "nn/held_format.h"
#include "nn/pack.h"

namespace musicgen::lm {

WeightLoader::WeightLoader(ThreadPool& pool, const LmConfig& config,
                           const checkpoint::TensorSource& source, const std::string& prefix,
                           kernels::WeightFormat format)
    : pool_(pool), source_(source), format_(format) {
  for (checkpoint::ExpectedTensor& tensor : ExpectedTensors(config, prefix)) {
    roles_.emplace(std::move(tensor.name), tensor.role);
  }
}

nn::LayerNorm WeightLoader::Norm(const std::string& name) const {
  return {Floats(name + ".weight"), Floats(name + ".bias")};
}

nn::Embedding WeightLoader::Table(const std::string& name) const {
  const TensorView table = source_.Get(name);
  nn::Embedding embedding(pool_, FormatOf(name, table.shape), table);
  source_.Drop(table);
  return embedding;
}

kernels::WeightFormat WeightLoader::Format(const std::string& name) const {
  return FormatOf(name, source_.Describe(name).shape);
}

nn::Linear WeightLoader::Stack(const std::vector<std::string>& names, int64_t parts) const {
  std::vector<TensorView> tensors, slices;
  for (const std::string& name : names) tensors.push_back(source_.Get(name));
  const kernels::WeightFormat format = FormatOf(names.front(), tensors.front().shape);
  for (size_t i = 0; i < names.size(); ++i) {
    MG_CHECK(FormatOf(names[i], tensors[i].shape) == format);
  }
  for (int64_t part = 0; part < parts; ++part) {
    for (const TensorView& tensor : tensors) {
      const int64_t rows = tensor.shape[0] / parts;
      slices.push_back(RowsOf(tensor, part * rows, (part + 1) * rows));
    }
  }
  nn::Linear linear = nn::PackStack(pool_, format, slices);
  for (const TensorView& tensor : tensors) source_.Drop(tensor);
  return linear;
}

std::vector<float> WeightLoader::Floats(const std::string& name) const {
  return checkpoint::TakeFloats(source_, name);
}

kernels::WeightFormat WeightLoader::FormatOf(const std::string& name, const Shape& shape) const {
  return nn::HeldFormat(roles_.at(name), format_, shape);
}

}  // namespace musicgen::lm
