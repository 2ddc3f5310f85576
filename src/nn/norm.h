// Layer normalisation parameters.
#pragma once

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

}  // namespace musicgen::nn
