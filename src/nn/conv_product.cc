#include "nn/conv_product.h"

#include <vector>

namespace musicgen::nn {

Linear ConvProduct(kernels::WeightFormat format, const float* weight, int64_t out, int64_t in,
                   int64_t kernel, Range taps) {
  const int64_t inputs = taps.size() * in;
  Linear product(format, out, inputs);
  std::vector<float> row(static_cast<size_t>(inputs));
  for (int64_t o = 0; o < out; ++o) {
    for (int64_t i = 0; i < inputs; ++i) {
      row[static_cast<size_t>(i)] = weight[(o * in + i % in) * kernel + taps.begin + i / in];
    }
    product.PackRows(o, TensorView{"", DType::kF32, {1, inputs}, row.data()});
  }
  return product;
}

}  // namespace musicgen::nn
