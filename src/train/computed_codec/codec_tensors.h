// The tensors of an EnCodec whose convolutions carry out two linear maps.
#pragma once

#include <vector>

#include "codec/codec_config.h"
#include "train/computed_codec/codec_tensor.h"
#include "train/computed_codec/linear_codec.h"

namespace musicgen::train {

// 16 filters, latents of 256, one LSTM layer, zero padding: 3.3 M parameters and the codebooks.
codec::CodecConfig ComputedCodecConfig();

// In the Hugging Face layout. The network's non-linear parts do nothing: signals pass the ELUs so
// small that these are straight there, the LSTM's and the residual units' weights are zero, and
// the strided convolutions route samples, 640 of a frame to 8 × 80, 40 × 16, 160 × 4 and back.
std::vector<CodecTensor> CodecTensors(const Codebooks& codebooks, const LinearDecoder& decoder,
                                      const LinearEncoder& encoder);

}  // namespace musicgen::train
