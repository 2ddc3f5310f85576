#include "train/computed_codec/weight_norm_pair.h"

#include <cmath>

#include "tensor/dtype.h"

namespace musicgen::train {
namespace {

constexpr double kDirectionLength = 64;  // keeps small elements where f16 has all its digits

float AsF16(double value) { return F16ToFloat(FloatToF16(static_cast<float>(value))); }

}  // namespace

void AppendConvolution(const std::string& name, const Shape& shape,
                       const std::vector<float>& weight, int64_t out_channels,
                       std::vector<CodecTensor>* tensors) {
  const auto rows = static_cast<size_t>(shape[0]);
  const size_t columns = weight.size() / rows;
  CodecTensor gain{name + ".weight_g", {shape[0], 1, 1}, std::vector<float>(rows)};
  CodecTensor direction{name + ".weight_v", shape, std::vector<float>(weight.size())};
  for (size_t row = 0; row < rows; ++row) {
    const float* from = &weight[row * columns];
    float* to = &direction.values[row * columns];
    double energy = 0;
    for (size_t i = 0; i < columns; ++i) energy += static_cast<double>(from[i]) * from[i];
    const double length = std::sqrt(energy);
    if (length == 0) {
      to[0] = 1;
      continue;
    }
    gain.values[row] = AsF16(length);
    for (size_t i = 0; i < columns; ++i) to[i] = AsF16(from[i] * (kDirectionLength / length));
  }
  tensors->push_back(std::move(gain));
  tensors->push_back(std::move(direction));
  tensors->push_back(
      {name + ".bias", {out_channels}, std::vector<float>(static_cast<size_t>(out_channels))});
}

}  // namespace musicgen::train
