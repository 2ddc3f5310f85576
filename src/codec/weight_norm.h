// Reads the codec's weights: plain tensors, codebooks, and weight-normalised convolutions fused
// into one.
#pragma once

#include <string>
#include <vector>

#include "checkpoint/tensor_source.h"
#include "codec/codec_config.h"
#include "tensor/shape.h"

namespace musicgen::codec {

// A floating-point tensor as floats. Throws Error(kBadInput) when it is absent or not of this
// shape.
std::vector<float> LoadTensor(const checkpoint::TensorSource& source, const std::string& name,
                              const Shape& shape);

// The codebooks prefix + "{k}.codebook.embed", [codebook_size, latent_width] each. Throws as
// LoadTensor does.
std::vector<std::vector<float>> LoadCodebooks(const checkpoint::TensorSource& source,
                                              const CodecConfig& config, const std::string& prefix);

// The weight `base` of this shape in whichever spelling the source has: g·v/‖v‖ with one gain and
// one norm per index of the first axis (output channels, but *input* channels of a transposed
// convolution), or the fused weight itself.
std::vector<float> LoadConvWeight(const checkpoint::TensorSource& source, const std::string& base,
                                  const Shape& shape);

// v [rows, columns] becomes g·v/‖v‖ row by row; the norm is summed in double. A row of zeros stays.
void FuseWeightNorm(const float* gain, int64_t rows, int64_t columns, float* v);

}  // namespace musicgen::codec
