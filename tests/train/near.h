// Tensors that should be the same numbers.
#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace musicgen::train {

// Largest difference at most `tolerance` times the largest expected number.
inline ::testing::AssertionResult Near(const at::Tensor& found, const at::Tensor& expected,
                                       double tolerance) {
  if (found.sizes() != expected.sizes()) {
    return ::testing::AssertionFailure()
           << "shapes differ: " << found.sizes() << " and " << expected.sizes();
  }
  const double difference = (found - expected).abs().max().item<double>(),
               size = expected.abs().max().item<double>();
  if (difference <= tolerance * size) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << "they differ by " << difference << " where the largest number is " << size;
}

}  // namespace musicgen::train
