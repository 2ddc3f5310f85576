#include "codec/weight_norm.h"

#include <cmath>

#include "base/error.h"

namespace musicgen::codec {

std::vector<float> LoadTensor(const checkpoint::TensorSource& source, const std::string& name,
                              const Shape& shape) {
  const TensorView tensor = source.Get(name);
  if (tensor.shape != shape) {
    ThrowBadInput(source.Where(), ": expected ", Printable(name), " of shape ", ToString(shape),
                  ", found ", ToString(tensor.shape));
  }
  std::vector<float> values = ToFloats(tensor);
  source.Drop(tensor);
  return values;
}

std::vector<std::vector<float>> LoadCodebooks(const checkpoint::TensorSource& source,
                                              const CodecConfig& config,
                                              const std::string& prefix) {
  std::vector<std::vector<float>> codebooks;
  for (int64_t k = 0; k < config.num_quantizers; ++k) {
    codebooks.push_back(LoadTensor(source, StrCat(prefix, k, ".codebook.embed"),
                                   {config.codebook_size, config.latent_width}));
  }
  return codebooks;
}

void FuseWeightNorm(const float* gain, int64_t rows, int64_t columns, float* v) {
  for (int64_t r = 0; r < rows; ++r) {
    float* row = v + r * columns;
    double squares = 0;
    for (int64_t i = 0; i < columns; ++i) squares += static_cast<double>(row[i]) * row[i];
    const float scale =
        squares > 0 ? static_cast<float>(static_cast<double>(gain[r]) / std::sqrt(squares)) : 0.0f;
    for (int64_t i = 0; i < columns; ++i) row[i] *= scale;
  }
}

std::vector<float> LoadConvWeight(const checkpoint::TensorSource& source, const std::string& base,
                                  const Shape& shape) {
  const checkpoint::WeightNormNames names = checkpoint::FindWeightNorm(source, base);
  std::vector<float> weight = LoadTensor(source, names.direction, shape);
  if (names.gain.empty()) return weight;
  const std::vector<float> gain = LoadTensor(source, names.gain, {shape[0], 1, 1});
  FuseWeightNorm(gain.data(), shape[0], NumElements(shape) / shape[0], weight.data());
  return weight;
}

}  // namespace musicgen::codec
