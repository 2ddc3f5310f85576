#include "audio/power_spectrum.h"

#include <algorithm>

#include "base/check.h"

namespace musicgen::audio {

PowerSpectrum::PowerSpectrum(int64_t n_fft, int64_t hop_samples)
    : stft_({.n_fft = n_fft, .hop_samples = hop_samples}),
      spectrum_(static_cast<size_t>(stft_.shape().bins())) {}

void PowerSpectrum::Compute(std::span<const float> sound, int64_t frame, std::span<double> power) {
  MG_CHECK_EQ(static_cast<int64_t>(power.size()), bins());
  stft_.Forward(sound, frame, spectrum_);
  std::transform(spectrum_.begin(), spectrum_.end(), power.begin(),
                 [](const std::complex<double>& bin) { return std::norm(bin); });
}

}  // namespace musicgen::audio
