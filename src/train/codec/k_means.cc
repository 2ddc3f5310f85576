#include "train/codec/k_means.h"

#include <ATen/core/grad_mode.h>

namespace musicgen::train {

at::Tensor Nearest(const at::Tensor& vectors, const at::Tensor& centres) {
  // ‖x‖² is the same for all.
  const at::Tensor scores =
      at::addmm(centres.square().sum(1), vectors, centres.t(), /*beta=*/-1.0, /*alpha=*/2.0);
  return scores.argmax(1);
}

at::Tensor CountOf(const at::Tensor& indices, int64_t clusters) {
  return at::bincount(indices, {}, clusters).to(at::kFloat);
}

at::Tensor SumOf(const at::Tensor& vectors, const at::Tensor& indices, int64_t clusters) {
  return at::zeros({clusters, vectors.size(1)}, vectors.options()).index_add_(0, indices, vectors);
}

at::Tensor DrawRows(const at::Tensor& vectors, int64_t count, at::Generator generator) {
  const int64_t rows = vectors.size(0);
  const at::TensorOptions options = at::TensorOptions(at::kLong);
  const at::Tensor drawn = rows >= count
                               ? at::randperm(rows, generator, options).narrow(0, 0, count)
                               : at::randint(0, rows, {count}, generator, options);
  return vectors.index_select(0, drawn.to(vectors.device()));
}

Clusters KMeans(const at::Tensor& vectors, int64_t clusters, int64_t iterations,
                at::Generator generator) {
  const at::NoGradGuard no_grad;
  Clusters found{DrawRows(vectors, clusters, generator), at::zeros({clusters}, vectors.options())};
  for (int64_t i = 0; i < iterations; ++i) {
    const at::Tensor indices = Nearest(vectors, found.centres);
    found.sizes = CountOf(indices, clusters);
    const at::Tensor means =
        SumOf(vectors, indices, clusters) / found.sizes.clamp_min(1.0).unsqueeze(1);
    found.centres = at::where(found.sizes.gt(0).unsqueeze(1), means, found.centres);
  }
  return found;
}

}  // namespace musicgen::train
