#include "train/codec/stft_discriminator.h"

#include <cmath>

#include "base/error.h"
#include "train/codec/initialise_codec.h"

namespace musicgen::train {
namespace {

constexpr double kSlope = 0.3;  // of LeakyReLU below 0

// The first layer is a plain convolution.
NormedConvolution AddPlain(const std::string& name, const std::vector<int64_t>& shape,
                           Parameters* parameters) {
  return {at::Tensor(), AddParameter(name + ".weight", shape, parameters),
          AddParameter(name + ".bias", {shape[0]}, parameters)};
}

}  // namespace

StftDiscriminator::StftDiscriminator(int64_t n_fft, int64_t filters, const std::string& prefix,
                                     at::Generator generator, Parameters* parameters)
    : n_fft_(n_fft),
      window_(at::hann_window(n_fft)),
      scale_(1.0 / std::sqrt(window_.square().sum().item<double>())) {
  const auto add = [&](const std::string& name, const std::vector<int64_t>& shape, int64_t stride,
                       int64_t dilation) {
    const bool plain = layers_.empty();
    NormedConvolution convolution =
        plain ? AddPlain(prefix + name, shape, parameters)
              : AddConvolution(prefix + name, shape, shape[0], parameters);
    InitialiseUniform(convolution, shape[1] * shape[2] * shape[3], generator);
    layers_.push_back({std::move(convolution),
                       {1, stride},
                       {(shape[2] - 1) * dilation / 2, (shape[3] - 1) / 2},
                       {dilation, 1}});
  };
  add("convs.0.conv", {filters, 2, 3, 9}, 1, 1);
  int64_t dilation = 1;
  for (int64_t i = 1; i <= 3; ++i) {
    add(StrCat("convs.", i, ".conv"), {filters, filters, 3, 9}, 2, dilation);
    dilation *= 2;
  }
  add("convs.4.conv", {filters, filters, 3, 3}, 1, 1);
  add("conv_post.conv", {1, filters, 3, 3}, 1, 1);
}

at::Tensor StftDiscriminator::Convolve(const at::Tensor& x, const Layer& layer) const {
  return at::conv2d(x, layer.convolution.Weight(), layer.convolution.bias, layer.stride,
                    layer.padding, layer.dilation);
}

StftDiscriminator::Output StftDiscriminator::Forward(const at::Tensor& sound) const {
  const at::Tensor spectrum = at::stft(sound.squeeze(1), n_fft_, n_fft_ / 4, n_fft_, window_,
                                       /*normalized=*/false, /*onesided=*/true,
                                       /*return_complex=*/true);
  // [B, bins, frames, 2] → [B, 2, frames, bins]
  at::Tensor x = at::view_as_real(spectrum).permute({0, 3, 2, 1}) * scale_;
  Output output;
  for (size_t i = 0; i + 1 < layers_.size(); ++i) {
    x = at::leaky_relu(Convolve(x, layers_[i]), kSlope);
    output.features.push_back(x);
  }
  output.logits = Convolve(x, layers_.back());
  return output;
}

}  // namespace musicgen::train
