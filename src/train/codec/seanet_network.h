// SEANet with gradients: EnCodec's encoder or decoder (codec/seanet.h is the one to run).
#pragma once

#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "codec/codec_config.h"
#include "codec/seanet_layout.h"
#include "train/codec/normed_convolution.h"
#include "train/optim/parameters.h"

namespace musicgen::train {

class SeanetNetwork {
 public:
  struct Layer {
    codec::SeanetLayer shape;
    // One; of a residual unit the narrowing, the widening and, where there is one, the shortcut's.
    std::vector<NormedConvolution> convolutions;
    std::vector<at::Tensor> lstm;  // weight_ih, weight_hh, bias_ih, bias_hh of each layer
  };

  // Zeroed weights, added to `parameters` under the names of the Hugging Face layout, `prefix` in
  // front ("encoder.layers.").
  SeanetNetwork(const codec::CodecConfig& config, const std::vector<codec::SeanetLayer>& layout,
                const std::string& prefix, Parameters* parameters);

  // x [B, C, N] → [B, C', N'].
  at::Tensor Forward(at::Tensor x) const;

  std::vector<Layer>& layers() { return layers_; }

 private:
  at::Tensor Convolve(const at::Tensor& x, const NormedConvolution& convolution, int64_t kernel,
                      int64_t stride, int64_t dilation) const;
  at::Tensor ConvolveTransposed(const at::Tensor& x, const Layer& layer) const;
  at::Tensor Lstm(const at::Tensor& x, const Layer& layer) const;
  at::Tensor ResidualUnit(const at::Tensor& x, const Layer& layer) const;

  codec::CodecConfig config_;
  std::vector<Layer> layers_;
};

}  // namespace musicgen::train
