// Normalisation of rows: parameters, and the choice between the two kinds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace musicgen::nn {

struct LayerNorm {
  std::vector<float> weight;
  std::vector<float> bias;
  float eps = 1e-5f;
};

struct RmsNorm {
  std::vector<float> weight;
  float eps = 1e-6f;
};

using Norm = std::variant<LayerNorm, RmsNorm>;

// y [n] = x normalised (kernels/norm.h); n is the number of weights. y may be x.
void NormRow(const Norm& norm, const float* x, int64_t n, float* y);

size_t Bytes(const Norm& norm);

}  // namespace musicgen::nn
