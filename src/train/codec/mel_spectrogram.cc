#include "train/codec/mel_spectrogram.h"

#include <algorithm>
#include <cmath>

namespace musicgen::train {
namespace {

double Mel(double hz) { return 2595.0 * std::log10(1.0 + hz / 700.0); }
double Hz(double mel) { return 700.0 * (std::pow(10.0, mel / 2595.0) - 1.0); }

// Triangles between neighbouring points of the mel scale, height 1; [n_mels, bins].
at::Tensor MelFilters(const MelShape& shape) {
  const int64_t bins = shape.n_fft / 2 + 1;
  const double top = static_cast<double>(shape.sample_rate_hz) / 2;
  const double low = Mel(shape.f_min_hz),
               step = (Mel(top) - low) / static_cast<double>(shape.n_mels + 1);
  const auto point = [&](int64_t i) { return Hz(low + step * static_cast<double>(i)); };
  at::Tensor filters = at::zeros({shape.n_mels, bins});
  float* to = filters.mutable_data_ptr<float>();
  for (int64_t m = 0; m < shape.n_mels; ++m) {
    const double left = point(m), centre = point(m + 1), right = point(m + 2);
    for (int64_t bin = 0; bin < bins; ++bin) {
      const double hz = top * static_cast<double>(bin) / static_cast<double>(bins - 1);
      const double height =
          std::min((hz - left) / (centre - left), (right - hz) / (right - centre));
      *to++ = static_cast<float>(std::max(height, 0.0));
    }
  }
  return filters;
}

}  // namespace

MelSpectrogram::MelSpectrogram(const MelShape& shape)
    : shape_(shape),
      window_(at::hann_window(shape.n_fft)),
      filters_(MelFilters(shape) / window_.square().sum()) {}

at::Tensor MelSpectrogram::operator()(const at::Tensor& sound) const {
  const int64_t n = shape_.n_fft, hop = n / 4, samples = sound.size(2), side = (n - hop) / 2;
  const int64_t hops = (samples + 2 * side - n + hop - 1) / hop;
  at::Tensor padded = at::reflection_pad1d(sound, {side, side});
  padded = at::constant_pad_nd(padded, {0, hops * hop + n - padded.size(2)}).squeeze(1);
  const at::Tensor spectrum =
      at::view_as_real(at::stft(padded, n, hop, n, window_, /*normalized=*/false, /*onesided=*/true,
                                /*return_complex=*/true));
  return at::matmul(filters_, spectrum.square().sum(3));
}

at::Tensor LogMel(const at::Tensor& power) { return (power + 1e-5).log10(); }

}  // namespace musicgen::train
