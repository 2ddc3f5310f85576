#include "nn/conv_product.h"

#include <utility>
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

Linear ConvTransposeProduct(kernels::WeightFormat format, const float* weight, int64_t out,
                            int64_t in, int64_t kernel, int64_t stride, const float* bias) {
  const int64_t taps = (kernel + stride - 1) / stride;
  Linear product(format, stride * out, taps * in);
  std::vector<float> row(static_cast<size_t>(taps * in));
  std::vector<float> biases;
  for (int64_t j = 0; j < stride; ++j) {
    for (int64_t o = 0; o < out; ++o) {
      for (int64_t i = 0; i < taps; ++i) {
        const int64_t tap = j + (taps - 1 - i) * stride;  // the oldest frame has the last tap
        for (int64_t c = 0; c < in; ++c) {
          row[static_cast<size_t>(i * in + c)] =
              tap < kernel ? weight[(c * out + o) * kernel + tap] : 0.0f;
        }
      }
      product.PackRows(j * out + o, TensorView{"", DType::kF32, {1, taps * in}, row.data()});
      biases.push_back(bias[o]);
    }
  }
  product.SetBias(std::move(biases));
  return product;
}

}  // namespace musicgen::nn
