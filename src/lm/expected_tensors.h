// The tensors of the language model in the Hugging Face layout.
#pragma once

#include <string>
#include <vector>

#include "checkpoint/tensor_source.h"
#include "lm/lm_config.h"

namespace musicgen::lm {

// Names, shapes and roles under `prefix` ("decoder." in a MusicGen file, "" for a language model
// alone). At four bits the output heads, whose error guidance multiplies, the values and outputs of
// self-attention, and what a step does not read keep eight bits (docs/decisions.md).
std::vector<checkpoint::ExpectedTensor> ExpectedTensors(const LmConfig& config,
                                                        const std::string& prefix);

}  // namespace musicgen::lm
