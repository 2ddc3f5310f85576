// Group normalisation with one group (Wu and He 2018): one mean and one variance over all rows and
// channels, a scale and a shift for each channel.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "checkpoint/tensor_source.h"

namespace musicgen::separation {

// Sums of values and of their squares, in double, sixteen interleaved ones: of what is added in one
// call, value i is part of sum i mod 16. Sums of parts are added up in the order of the parts,
// so that it does not matter which thread had which.
struct Moments {
  double sum = 0, squares = 0;
  int64_t count = 0;

  void Add(const float* x, int64_t n);
  void Add(const Moments& other);
  double mean() const;
  double variance(int64_t less = 0) const;  // of n − less degrees of freedom; at least 0
};

struct GroupNorm {
  std::vector<float> weight, bias;  // [channels]

  // y = x·scale + shift, [channels] each, for values of these moments.
  struct Affine {
    std::vector<float> scale, shift;
  };
  Affine For(const Moments& moments) const;
  Affine For(std::span<const Moments> parts) const;
  size_t bytes() const { return (weight.size() + bias.size()) * sizeof(float); }
};

// `name`.weight and .bias.
GroupNorm TakeGroupNorm(const checkpoint::TensorSource& source, const std::string& name);

}  // namespace musicgen::separation
