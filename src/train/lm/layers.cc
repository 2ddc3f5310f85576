#include "train/lm/layers.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include "base/check.h"
#include "nn/sinusoidal_positions.h"

namespace musicgen::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr double kNormEps = 1e-5;

class EmbeddingSum : public torch::autograd::Function<EmbeddingSum> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& tables,
                            const at::Tensor& indices) {
    context->save_for_backward({indices});
    context->saved_data["rows"] = tables.size(0);
    const int64_t books = indices.size(1), rows = tables.size(0) / books, width = tables.size(1);
    at::Tensor out = at::empty({indices.size(0), width}, tables.options());
    const float* const from = tables.const_data_ptr<float>();
    const int64_t* const index = indices.const_data_ptr<int64_t>();
    float* const to = out.mutable_data_ptr<float>();
    at::parallel_for(0, indices.size(0), 256, [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p) {
        float* const sum = to + p * width;
        for (int64_t k = 0; k < books; ++k) {
          const float* const row = from + (k * rows + index[p * books + k]) * width;
          for (int64_t i = 0; i < width; ++i) sum[i] = k == 0 ? row[i] : sum[i] + row[i];
        }
      }
    });
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const at::Tensor indices = context->get_saved_variables()[0];
    const at::Tensor gradient = gradients[0].contiguous();
    const int64_t books = indices.size(1), width = gradient.size(1),
                  all_rows = context->saved_data["rows"].toInt(), rows = all_rows / books;
    at::Tensor out = at::zeros({all_rows, width}, gradient.options());
    const float* const from = gradient.const_data_ptr<float>();
    const int64_t* const index = indices.const_data_ptr<int64_t>();
    float* const to = out.mutable_data_ptr<float>();
    // A book is one thread's, so that its sums have the order of the positions.
    at::parallel_for(0, books, 1, [&](int64_t begin, int64_t end) {
      for (int64_t k = begin; k < end; ++k) {
        for (int64_t p = 0; p < indices.size(0); ++p) {
          float* const sum = to + (k * rows + index[p * books + k]) * width;
          const float* const row = from + p * width;
          for (int64_t i = 0; i < width; ++i) sum[i] += row[i];
        }
      }
    });
    return {out, at::Tensor()};
  }
};

}  // namespace

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
  return at::layer_norm(x, weight.sizes(), weight, bias, kNormEps);
}

at::Tensor SumOfEmbeddings(const at::Tensor& tables, const at::Tensor& indices) {
  MG_CHECK_EQ(tables.size(0) % indices.size(1), 0);
  if (!tables.is_cpu()) {
    const int64_t rows = tables.size(0) / indices.size(1);
    const at::Tensor first = at::arange(indices.size(1), indices.options()) * rows;
    return at::embedding(tables, indices + first).sum(1);
  }
  return EmbeddingSum::apply(tables, indices);
}

at::Tensor PositionVectors(int64_t count, int64_t width) {
  at::Tensor vectors = at::zeros({count, width});
  const nn::SinusoidalPositions positions(width);
  for (int64_t p = 0; p < count; ++p) {
    positions.AddTo(p, vectors.mutable_data_ptr<float>() + p * width);
  }
  return vectors;
}

}  // namespace musicgen::train
