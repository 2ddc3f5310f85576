// The two spellings of a weight-normalised convolution's tensors.
#pragma once

#include <string>

namespace musicgen::checkpoint {

// "…parametrizations.weight.original0" and "…original1" become "…weight_g" and "…weight_v"; other
// names stay.
std::string OldWeightNormName(std::string name);
// The reverse.
std::string NewWeightNormName(std::string name);

}  // namespace musicgen::checkpoint
