// A convolution's weights as those of a product over overlapping rows of [time][channel] data
// (kernels/matmul.h).
#pragma once

#include <cstdint>

#include "base/thread_pool.h"
#include "nn/linear.h"

namespace musicgen::nn {

// Of weight [out, in, kernel], as checkpoints store it, the taps of a range: [out, taps · in].
Linear ConvProduct(kernels::WeightFormat format, const float* weight, int64_t out, int64_t in,
                   int64_t kernel, Range taps);

// Of a transposed convolution's weight [in, out, kernel], kernel ≥ stride: [stride · out, taps ·
// in] with taps = ⌈kernel / stride⌉. Over frames t − taps + 1 … t it gives the untrimmed output's
// frames t·stride … t·stride + stride − 1.
Linear ConvTransposeProduct(kernels::WeightFormat format, const float* weight, int64_t out,
                            int64_t in, int64_t kernel, int64_t stride, const float* bias);

}  // namespace musicgen::nn
