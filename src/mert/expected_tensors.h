// The tensors of a MERT as it is published.
#pragma once

#include <string>
#include <vector>

#include "checkpoint/tensor_source.h"
#include "mert/mert_config.h"

namespace musicgen::mert {

// The positional convolution's two tensors are named as `source` spells them.
std::vector<checkpoint::ExpectedTensor> ExpectedTensors(const MertConfig& config,
                                                        const checkpoint::TensorSource& source);
// What files may hold beside them, as CheckTensors takes it: parts of training.
std::vector<std::string> IgnoredTensors();

}  // namespace musicgen::mert
