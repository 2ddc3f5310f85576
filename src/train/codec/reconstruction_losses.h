// How far a decoded sound is from its original.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "train/codec/mel_spectrogram.h"

namespace musicgen::train {

// All of sounds [B, 1, N], scalars with gradient.
class ReconstructionLosses {
 public:
  explicit ReconstructionLosses(int64_t sample_rate_hz);

  // Mean absolute difference of the samples.
  at::Tensor L1(const at::Tensor& decoded, const at::Tensor& original) const;
  // Mel spectra of windows of 64 to 1024 samples: mean absolute difference of the power and mean
  // square of its logarithm's, averaged.
  at::Tensor MultiScaleMel(const at::Tensor& decoded, const at::Tensor& original) const;
  // Mean absolute difference of logarithmic mel spectra of windows of 1024.
  at::Tensor Mel(const at::Tensor& decoded, const at::Tensor& original) const;

 private:
  std::vector<MelSpectrogram> scales_;
};

// The scale-invariant ratio of signal to noise in dB, of each item [B]: what of `decoded` is a
// multiple of `original`, both without their mean, against the rest.
at::Tensor SiSnr(const at::Tensor& decoded, const at::Tensor& original);

}  // namespace musicgen::train
