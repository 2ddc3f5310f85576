// The layer lists of EnCodec's encoder and decoder (SEANet), as both libraries build them: what to
// expect in a checkpoint and what to construct follow from the same list.
#pragma once

#include <cstdint>
#include <vector>

#include "codec/codec_config.h"

namespace musicgen::codec {

struct SeanetLayer {
  enum class Kind { kConv, kConvTranspose, kLstm, kResidualUnit };
  Kind kind;
  int64_t index;  // in the checkpoint's list, where activations occupy places too
  int64_t in_channels;
  int64_t out_channels;
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t dilation = 1;    // residual units: of their first convolution
  bool elu_input = false;  // an ELU stands before it in the list
};

std::vector<SeanetLayer> EncoderLayout(const CodecConfig& config);
std::vector<SeanetLayer> DecoderLayout(const CodecConfig& config);

}  // namespace musicgen::codec
