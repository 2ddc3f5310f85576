// EnCodec, as far as it is loaded: configuration, codebooks and decoder. Immutable; any number of
// streams on any threads may share it.
#pragma once

#include <string>

#include "checkpoint/tensor_source.h"
#include "codec/codec_config.h"
#include "codec/seanet.h"
#include "nn/residual_vector_quantizer.h"

namespace musicgen::codec {

struct Codec {
  CodecConfig config;
  nn::ResidualVectorQuantizer quantizer;
  Seanet decoder;

  // `prefix` as in ExpectedTensors. Throws Error(kBadInput) when a tensor is absent or mis-shaped;
  // check the whole set first (expected_tensors.h) for a message that names them together.
  Codec(const CodecConfig& config, const checkpoint::TensorSource& source,
        const std::string& prefix, kernels::WeightFormat format = kernels::WeightFormat::kF32);

  size_t bytes() const { return quantizer.bytes() + decoder.bytes(); }
};

}  // namespace musicgen::codec
