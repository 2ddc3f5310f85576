// A trained codec as others read it.
#pragma once

#include <string>
#include <vector>

#include "codec/codec_config.h"
#include "train/optim/parameters.h"

namespace musicgen::train {

// Writes config.json and model.safetensors (f32) of a Hugging Face EncodecModel into `folder`,
// which is made, each file whole or not at all. `tensors` under that layout's names. Throws
// Error(kFailure).
void ExportCodec(const codec::CodecConfig& config, const std::vector<NamedTensor>& tensors,
                 const std::string& folder);

}  // namespace musicgen::train
