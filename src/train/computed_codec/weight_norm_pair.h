// A convolution's weight as gain and direction, which is how weight norm stores it.
#pragma once

#include <string>
#include <vector>

#include "train/computed_codec/codec_tensor.h"

namespace musicgen::train {

// Appends `name`.weight_g, .weight_v and .bias (zero). The weight [shape] is row-major; a row of
// zeros gets gain 0 and a direction that is not zero, since its length divides.
void AppendConvolution(const std::string& name, const Shape& shape,
                       const std::vector<float>& weight, int64_t out_channels,
                       std::vector<CodecTensor>* tensors);

}  // namespace musicgen::train
