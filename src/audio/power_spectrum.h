// The short-time Fourier transform's power, frame by frame.
#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "audio/stft.h"

namespace musicgen::audio {

// |X|² of audio/stft.h, not normalised. An object serves one thread at a time.
class PowerSpectrum {
 public:
  // n_fft even, from 4; hop_samples from 1.
  PowerSpectrum(int64_t n_fft, int64_t hop_samples);

  int64_t bins() const { return stft_.shape().bins(); }
  int64_t Frames(int64_t samples) const { return stft_.shape().Frames(samples); }
  double window_energy() const { return stft_.window_energy(); }  // Σ w²

  // |X|² of the frame whose centre is sample frame·hop, into `power` [bins]. The sound has more
  // than n_fft/2 samples.
  void Compute(std::span<const float> sound, int64_t frame, std::span<double> power);

 private:
  Stft stft_;
  std::vector<std::complex<double>> spectrum_;
};

}  // namespace musicgen::audio
