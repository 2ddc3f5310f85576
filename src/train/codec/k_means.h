// Lloyd's algorithm.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/Generator.h>

#include <cstdint>

namespace musicgen::train {

struct Clusters {
  at::Tensor centres;  // f32 [V, D]
  at::Tensor sizes;    // f32 [V]: vectors next to each in the last iteration
};

// Of vectors [n, D]. Begins at V of them, drawn without replacement where there are as many; a
// cluster that has become empty keeps its centre.
Clusters KMeans(const at::Tensor& vectors, int64_t clusters, int64_t iterations,
                at::Generator generator);

// `count` rows of `vectors`, drawn likewise.
at::Tensor DrawRows(const at::Tensor& vectors, int64_t count, at::Generator generator);

// The index int64 [n] of the row of `centres` nearest to each vector, the first of equals.
at::Tensor Nearest(const at::Tensor& vectors, const at::Tensor& centres);

// The number of vectors of each index, f32 [V], and their sum, [V, D].
at::Tensor CountOf(const at::Tensor& indices, int64_t clusters);
at::Tensor SumOf(const at::Tensor& vectors, const at::Tensor& indices, int64_t clusters);

}  // namespace musicgen::train
