// The tensors of an EnCodec model in the Hugging Face layout.
#pragma once

#include <string>
#include <vector>

#include "checkpoint/tensor_source.h"
#include "codec/codec_config.h"

namespace musicgen::codec {

// Names, shapes and roles of encoder, quantizer and decoder. `prefix` is "audio_encoder." inside a
// MusicGen model, else "". The source decides the spelling of the weight-normalised pairs.
std::vector<checkpoint::ExpectedTensor> ExpectedTensors(const CodecConfig& config,
                                                        const checkpoint::TensorSource& source,
                                                        const std::string& prefix);

// Patterns for checkpoint::CheckTensors of what only training needs.
std::vector<std::string> IgnoredTensors();

}  // namespace musicgen::codec
