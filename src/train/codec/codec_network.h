// EnCodec's two networks to train; its codebooks are residual_quantizer.h's.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <string>

#include "codec/codec_config.h"
#include "train/codec/seanet_network.h"
#include "train/optim/parameters.h"

namespace musicgen::train {

class CodecNetwork {
 public:
  // Zeroed weights.
  explicit CodecNetwork(const codec::CodecConfig& config);

  // Sound [B, 1, N] → latents [B, D, ceil(N / hop)].
  at::Tensor Encode(const at::Tensor& sound) const { return encoder_.Forward(sound); }
  // Latents [B, D, T] → sound [B, 1, T · hop].
  at::Tensor Decode(const at::Tensor& latents) const { return decoder_.Forward(latents); }

  const codec::CodecConfig& config() const { return config_; }
  const Parameters& parameters() const { return parameters_; }
  SeanetNetwork& encoder() { return encoder_; }
  SeanetNetwork& decoder() { return decoder_; }

 private:
  codec::CodecConfig config_;
  Parameters parameters_;
  SeanetNetwork encoder_, decoder_;
};

}  // namespace musicgen::train
