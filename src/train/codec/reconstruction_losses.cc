#include "train/codec/reconstruction_losses.h"

namespace musicgen::train {

ReconstructionLosses::ReconstructionLosses(int64_t sample_rate_hz) {
  for (int64_t i = 6; i <= 10; ++i) {
    scales_.emplace_back(MelShape{.sample_rate_hz = sample_rate_hz, .n_fft = int64_t{1} << i});
  }
}

at::Tensor ReconstructionLosses::L1(const at::Tensor& decoded, const at::Tensor& original) const {
  return (decoded - original).abs().mean();
}

at::Tensor ReconstructionLosses::MultiScaleMel(const at::Tensor& decoded,
                                               const at::Tensor& original) const {
  at::Tensor sum = at::zeros({}, decoded.options());
  for (const MelSpectrogram& mel : scales_) {
    const at::Tensor found = mel(decoded), wanted = mel(original);
    sum = sum + (found - wanted).abs().mean() + (LogMel(found) - LogMel(wanted)).square().mean();
  }
  return sum / static_cast<double>(2 * scales_.size());
}

at::Tensor ReconstructionLosses::Mel(const at::Tensor& decoded, const at::Tensor& original) const {
  const MelSpectrogram& mel = scales_.back();
  return (LogMel(mel(decoded)) - LogMel(mel(original))).abs().mean();
}

at::Tensor SiSnr(const at::Tensor& decoded, const at::Tensor& original) {
  constexpr double kTiny = 1e-8;
  const at::Tensor x = decoded.flatten(1) - decoded.flatten(1).mean(1, true),
                   s = original.flatten(1) - original.flatten(1).mean(1, true);
  const at::Tensor scale = (x * s).sum(1, true) / (s.square().sum(1, true) + kTiny);
  const at::Tensor signal = scale * s, noise = x - signal;
  return 10.0 * ((signal.square().sum(1) + kTiny) / (noise.square().sum(1) + kTiny)).log10();
}

}  // namespace musicgen::train
