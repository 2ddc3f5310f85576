#include "audio/power_spectrum.h"

#include <cmath>
#include <complex>
#include <kissfft.hh>
#include <numbers>
#include <vector>

#include "base/check.h"

namespace musicgen::audio {

struct PowerSpectrum::Impl {
  explicit Impl(int64_t n_fft)
      : transform(static_cast<size_t>(n_fft / 2), false),
        window(static_cast<size_t>(n_fft)),
        input(static_cast<size_t>(n_fft)),
        output(static_cast<size_t>(n_fft / 2)) {}

  kissfft<double> transform;
  std::vector<double> window, input;
  std::vector<std::complex<double>> output;
};

PowerSpectrum::PowerSpectrum(int64_t n_fft, int64_t hop_samples)
    : n_fft_(n_fft), hop_samples_(hop_samples), impl_(std::make_unique<Impl>(n_fft)) {
  MG_CHECK(n_fft >= 4 && n_fft % 2 == 0 && hop_samples >= 1);
  const double step = 2 * std::numbers::pi / static_cast<double>(n_fft);
  for (int64_t n = 0; n < n_fft; ++n) {
    const double w = 0.5 - 0.5 * std::cos(step * static_cast<double>(n));
    impl_->window[static_cast<size_t>(n)] = w;
    window_energy_ += w * w;
  }
}

PowerSpectrum::~PowerSpectrum() = default;
PowerSpectrum::PowerSpectrum(PowerSpectrum&&) noexcept = default;

void PowerSpectrum::Compute(std::span<const float> sound, int64_t frame, std::span<double> power) {
  const int64_t samples = static_cast<int64_t>(sound.size());
  MG_CHECK_LT(n_fft_ / 2, samples);
  MG_CHECK_LT(frame, Frames(samples));
  MG_CHECK_EQ(static_cast<int64_t>(power.size()), bins());
  const int64_t begin = frame * hop_samples_ - n_fft_ / 2;
  for (int64_t n = 0; n < n_fft_; ++n) {
    int64_t at = begin + n < 0 ? -(begin + n) : begin + n;  // reflection leaves the end sample out
    if (at >= samples) at = 2 * (samples - 1) - at;
    const size_t i = static_cast<size_t>(n);
    impl_->input[i] = impl_->window[i] * static_cast<double>(sound[static_cast<size_t>(at)]);
  }
  impl_->transform.transform_real(impl_->input.data(), impl_->output.data());
  // The library packs the two real bins, first and last, into one complex number.
  const std::vector<std::complex<double>>& bins = impl_->output;
  power.front() = bins[0].real() * bins[0].real();
  power.back() = bins[0].imag() * bins[0].imag();
  for (size_t k = 1; k + 1 < power.size(); ++k) power[k] = std::norm(bins[k]);
}

}  // namespace musicgen::audio
