// The tensors of a style encoder, under "style_encoder.": the Hugging Face layout has no names for
// them. Its projection is in expected_tensors.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checkpoint/tensor_source.h"
#include "conditioning/style_config.h"

namespace musicgen::conditioning {

// Names of the style encoder: "style_encoder.embed.weight" of "embed.weight"; what stands before
// the tensors of a layer; the vectors of codebook k.
std::string StyleName(const std::string& name);
std::string StyleLayerName(int64_t layer);
std::string StyleCodebookName(int64_t k);
// With its projection to the language model's width.
std::vector<checkpoint::ExpectedTensor> ExpectedStyleEncoder(const StyleConfig& config,
                                                             int64_t width);
// What files hold beside these, as CheckTensors takes it: counters and averages of training.
std::vector<std::string> IgnoredStyleTensors();

// The sizes but for `heads`, which no shape tells, as the tensors have them.
// Throws Error(kBadInput) where the tensors that say so are missing or no matrices.
void ReadStyleSizes(const checkpoint::TensorSource& source, StyleConfig* config);

}  // namespace musicgen::conditioning
