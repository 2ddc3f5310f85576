// A short name of a codec's numbers, so that codes of another one are not taken for its own.
#pragma once

#include <string>

#include "checkpoint/tensor_source.h"
#include "codec/codec_config.h"

namespace musicgen::train {

// Sixteen hexadecimal digits (FNV-1a) of the configuration and of every tensor that encoding and
// decoding read, as floats; the same in every layout that holds the same numbers. Reads them all.
std::string Fingerprint(const codec::CodecConfig& config, const checkpoint::TensorSource& source,
                        const std::string& prefix);

// The same of a text.
std::string Fingerprint(const std::string& text);

}  // namespace musicgen::train
