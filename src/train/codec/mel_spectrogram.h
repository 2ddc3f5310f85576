// Spectra on the mel scale, with gradient.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace musicgen::train {

struct MelShape {
  int64_t sample_rate_hz = 32000;
  int64_t n_fft = 1024;  // the hop is a quarter of it
  int64_t n_mels = 64;
  double f_min_hz = 64.0;  // up to half the sample rate
};

// AudioCraft's MelSpectrogramWrapper: a Hann window, power divided by the window's energy, HTK's
// mel filters, reflected ends and zeros that complete the last frame.
class MelSpectrogram {
 public:
  explicit MelSpectrogram(const MelShape& shape);

  // Sound [B, 1, N], N > n_fft → mel power [B, n_mels, frames].
  at::Tensor operator()(const at::Tensor& sound) const;

 private:
  MelShape shape_;
  at::Tensor window_;   // [n_fft]
  at::Tensor filters_;  // [n_mels, bins], divided by the window's energy
};

// log10(1e-5 + power).
at::Tensor LogMel(const at::Tensor& power);

}  // namespace musicgen::train
