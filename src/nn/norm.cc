#include "nn/norm.h"

#include "kernels/norm.h"

namespace musicgen::nn {

void NormRow(const Norm& norm, const float* x, int64_t n, float* y) {
  if (const auto* rms = std::get_if<RmsNorm>(&norm)) {
    kernels::RmsNormRow(x, rms->weight.data(), rms->eps, n, y);
  } else {
    const auto& layer = std::get<LayerNorm>(norm);
    kernels::LayerNormRow(x, layer.weight.data(), layer.bias.data(), layer.eps, n, y);
  }
}

size_t Bytes(const Norm& norm) {
  if (const auto* rms = std::get_if<RmsNorm>(&norm)) return rms->weight.size() * sizeof(float);
  const auto& layer = std::get<LayerNorm>(norm);
  return (layer.weight.size() + layer.bias.size()) * sizeof(float);
}

}  // namespace musicgen::nn
