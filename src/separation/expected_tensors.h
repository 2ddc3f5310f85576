// The tensors of an HT-Demucs, by the names of its own files.
#pragma once

#include <vector>

#include "checkpoint/tensor_source.h"
#include "separation/ht_demucs_config.h"

namespace musicgen::separation {

std::vector<checkpoint::ExpectedTensor> ExpectedTensors(const HtDemucsConfig& config);

}  // namespace musicgen::separation
