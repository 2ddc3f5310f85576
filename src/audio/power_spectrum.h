// The short-time Fourier transform's power, frame by frame. The FFT library stays behind this
// header.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace musicgen::audio {

// torch.stft(center=True, pad_mode="reflect") with a periodic Hann window as long as the transform,
// not normalised. Computed in double. An object serves one thread at a time.
class PowerSpectrum {
 public:
  // n_fft even, from 4; hop_samples from 1.
  PowerSpectrum(int64_t n_fft, int64_t hop_samples);
  ~PowerSpectrum();
  PowerSpectrum(PowerSpectrum&&) noexcept;

  int64_t bins() const { return n_fft_ / 2 + 1; }
  int64_t Frames(int64_t samples) const { return 1 + samples / hop_samples_; }
  double window_energy() const { return window_energy_; }  // Σ w²

  // |X|² of the frame whose centre is sample frame·hop, into `power` [bins]. The sound has more
  // than n_fft/2 samples.
  void Compute(std::span<const float> sound, int64_t frame, std::span<double> power);

 private:
  struct Impl;
  int64_t n_fft_;
  int64_t hop_samples_;
  double window_energy_ = 0;
  std::unique_ptr<Impl> impl_;
};

}  // namespace musicgen::audio
