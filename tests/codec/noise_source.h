// Tensors of an EnCodec model's shapes with random values, of a size that keeps activations near 1.
#pragma once

#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "checkpoint/tensor_source.h"
#include "codec/expected_tensors.h"

namespace musicgen::codec {

class NoiseSource : public checkpoint::TensorSource {
 public:
  explicit NoiseSource(const CodecConfig& config) {
    for (const auto& tensor : ExpectedTensors(config, *this, "")) {
      shapes_[tensor.name] = tensor.shape;
    }
  }
  const std::vector<std::string>& Names() const override { return names_; }
  bool Has(const std::string& name) const override { return shapes_.count(name) > 0; }
  TensorView Get(const std::string& name) const override {
    const Shape& shape = shapes_.at(name);
    std::mt19937 random(1);
    std::normal_distribution<float> normal(
        0, 1 / std::sqrt(static_cast<float>(NumElements(shape) / shape[0])));
    values_.resize(static_cast<size_t>(NumElements(shape)));
    for (float& value : values_) value = normal(random);
    return {name, DType::kF32, shape, values_.data()};
  }
  void Drop(const TensorView&) const override {}
  const std::string& Where() const override { return where_; }

 private:
  std::string where_ = "noise";
  std::vector<std::string> names_;
  std::map<std::string, Shape> shapes_;
  mutable std::vector<float> values_;  // of the tensor last given
};

}  // namespace musicgen::codec
