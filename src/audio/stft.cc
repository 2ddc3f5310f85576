#include "audio/stft.h"

#include <algorithm>
#include <cmath>
#include <kissfft.hh>
#include <numbers>

#include "base/check.h"

namespace musicgen::audio {
namespace {

using Complex = std::complex<double>;

std::vector<double> HannWindow(int64_t n_fft) {
  const double step = 2 * std::numbers::pi / static_cast<double>(n_fft);
  std::vector<double> window;
  for (int64_t n = 0; n < n_fft; ++n) {
    window.push_back(0.5 - 0.5 * std::cos(step * static_cast<double>(n)));
  }
  return window;
}

void Check(const StftShape& shape) {
  MG_CHECK(shape.n_fft >= 4 && shape.n_fft % 2 == 0 && shape.hop_samples >= 1);
}

}  // namespace

struct Stft::Impl {
  explicit Impl(int64_t n_fft)
      : transform(static_cast<size_t>(n_fft / 2), /*inverse=*/false),
        window(HannWindow(n_fft)),
        input(window.size()) {}

  kissfft<double> transform;
  std::vector<double> window, input;
};

Stft::Stft(const StftShape& shape) : shape_(shape) {
  Check(shape);
  impl_ = std::make_unique<Impl>(shape.n_fft);
  for (const double w : impl_->window) window_energy_ += w * w;
}

Stft::~Stft() = default;
Stft::Stft(Stft&&) noexcept = default;

void Stft::Forward(std::span<const float> sound, int64_t frame, std::span<Complex> spectrum) {
  const int64_t samples = static_cast<int64_t>(sound.size());
  MG_CHECK_LT(shape_.n_fft / 2, samples);
  MG_CHECK(0 <= frame && frame < shape_.Frames(samples));
  MG_CHECK_EQ(static_cast<int64_t>(spectrum.size()), shape_.bins());
  const int64_t begin = frame * shape_.hop_samples - shape_.n_fft / 2;
  for (int64_t n = 0; n < shape_.n_fft; ++n) {
    int64_t at = begin + n < 0 ? -(begin + n) : begin + n;  // reflection leaves the end sample out
    if (at >= samples) at = 2 * (samples - 1) - at;
    const size_t i = static_cast<size_t>(n);
    impl_->input[i] = impl_->window[i] * static_cast<double>(sound[static_cast<size_t>(at)]);
  }
  impl_->transform.transform_real(impl_->input.data(), spectrum.data());
  // The library packs the two real bins, first and last, into one complex number.
  spectrum.back() = spectrum.front().imag();
  spectrum.front() = spectrum.front().real();
  if (!shape_.normalized) return;
  const double scale = 1 / std::sqrt(static_cast<double>(shape_.n_fft));
  for (Complex& bin : spectrum) bin *= scale;
}

struct InverseStft::Impl {
  Impl(const StftShape& shape, int64_t samples)
      : transform(static_cast<size_t>(shape.n_fft / 2), /*inverse=*/true),
        window(HannWindow(shape.n_fft)),
        packed(window.size() / 2),
        output(packed.size()),
        sums(static_cast<size_t>((shape.Frames(samples) - 1) * shape.hop_samples + shape.n_fft)) {
    const double step = 2 * std::numbers::pi / static_cast<double>(shape.n_fft);
    for (size_t k = 0; k < packed.size(); ++k) {
      turns.push_back(std::polar(1.0, step * static_cast<double>(k)));
    }
  }

  kissfft<double> transform;
  std::vector<double> window;
  std::vector<Complex> turns, packed, output;
  std::vector<double> sums;  // from sample −n_fft/2 on
};

InverseStft::InverseStft(const StftShape& shape, int64_t samples)
    : shape_(shape), samples_(samples) {
  Check(shape);
  MG_CHECK_LE(shape.hop_samples, shape.n_fft / 4);
  MG_CHECK_LE(0, samples);
  impl_ = std::make_unique<Impl>(shape, samples);
}

InverseStft::~InverseStft() = default;
InverseStft::InverseStft(InverseStft&&) noexcept = default;

void InverseStft::Add(int64_t frame, std::span<const Complex> spectrum) {
  MG_CHECK(0 <= frame && frame < shape_.Frames(samples_));
  MG_CHECK_EQ(static_cast<int64_t>(spectrum.size()), shape_.bins());
  // Even samples as real, odd ones as imaginary parts of a transform half as long: their spectra
  // are X[k] ± conj X[n/2 − k], up to a factor.
  const size_t half = impl_->packed.size();
  const auto at = [&](size_t k) {
    return k == 0 || k == half ? Complex(spectrum[k].real()) : spectrum[k];
  };
  for (size_t k = 0; k < half; ++k) {
    const Complex first = at(k), second = std::conj(at(half - k));
    impl_->packed[k] = first + second + Complex(0, 1) * impl_->turns[k] * (first - second);
  }
  impl_->transform.transform(impl_->packed.data(), impl_->output.data());
  const double n = static_cast<double>(shape_.n_fft);
  const double scale = shape_.normalized ? 1 / std::sqrt(n) : 1 / n;
  double* sums = impl_->sums.data() + frame * shape_.hop_samples;
  for (size_t m = 0; m < half; ++m) {
    sums[2 * m] += impl_->window[2 * m] * (impl_->output[m].real() * scale);
    sums[2 * m + 1] += impl_->window[2 * m + 1] * (impl_->output[m].imag() * scale);
  }
}

void InverseStft::Finish(std::span<float> sound) {
  MG_CHECK_EQ(static_cast<int64_t>(sound.size()), samples_);
  const int64_t n_fft = shape_.n_fft, hop = shape_.hop_samples;
  for (int64_t i = 0; i < samples_; ++i) {
    const int64_t at = i + n_fft / 2;  // in the sums
    const int64_t last = std::min(at / hop, shape_.Frames(samples_) - 1);
    double squares = 0;  // of the windows that lie over it
    for (int64_t frame = last; frame >= 0 && at - frame * hop < n_fft; --frame) {
      const double w = impl_->window[static_cast<size_t>(at - frame * hop)];
      squares += w * w;
    }
    sound[static_cast<size_t>(i)] =
        static_cast<float>(impl_->sums[static_cast<size_t>(at)] / squares);
  }
  std::fill(impl_->sums.begin(), impl_->sums.end(), 0.0);
}

}  // namespace musicgen::audio
