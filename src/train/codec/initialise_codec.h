// The weights that a codec's training begins with.
#pragma once

#include <ATen/core/Generator.h>

#include <cstdint>

#include "train/codec/codec_network.h"

namespace musicgen::train {

enum class CodecInit {
  kFramework,           // PyTorch's defaults, which AudioCraft trains from
  kVariancePreserving,  // signals keep their size on the way through
};

// kFramework: uniform within ±1/√fan_in, biases too; a transposed convolution's fan_in counts its
// outputs, as PyTorch has it. A narrow network loses the signal then.
//
// kVariancePreserving: normal numbers of deviation 1.15/√fan_in, a transposed convolution's fan_in
// being the two taps that meet in a sample; biases 0; residual outputs halved, the first layer × 8
// since music is quiet, the last × 0.1. The LSTM keeps the framework's.
void Initialise(CodecNetwork& network, CodecInit init, uint64_t seed);

// Uniform within ±1/√fan_in: weight and bias.
void InitialiseUniform(NormedConvolution& convolution, int64_t fan_in, at::Generator generator);

}  // namespace musicgen::train
