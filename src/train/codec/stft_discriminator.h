// EnCodec's discriminator at one scale: convolutions over a complex spectrogram.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/Generator.h>

#include <cstdint>
#include <string>
#include <vector>

#include "train/codec/normed_convolution.h"
#include "train/optim/parameters.h"

namespace musicgen::train {

struct DiscriminatorSettings {
  int64_t filters = 32;
  std::vector<int64_t> n_ffts = {1024, 2048, 512, 256, 128};  // a sub-discriminator each, hop n/4
};

class StftDiscriminator {
 public:
  struct Output {
    at::Tensor logits;                 // [B, 1, frames, bins']
    std::vector<at::Tensor> features;  // of the five layers before, [B, filters, frames, bins'']
  };

  // Weights as the framework draws them, added to `parameters` under names that begin with
  // `prefix`.
  StftDiscriminator(int64_t n_fft, int64_t filters, const std::string& prefix,
                    at::Generator generator, Parameters* parameters);

  // Sound [B, 1, N], N ≥ n_fft.
  Output Forward(const at::Tensor& sound) const;

 private:
  struct Layer {
    NormedConvolution convolution;  // without gain: not normed
    std::vector<int64_t> stride, padding, dilation;
  };
  at::Tensor Convolve(const at::Tensor& x, const Layer& layer) const;

  int64_t n_fft_;
  at::Tensor window_;
  double scale_;  // of the spectrum: 1 / √(window's energy)
  std::vector<Layer> layers_;
};

}  // namespace musicgen::train
