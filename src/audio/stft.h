// The short-time Fourier transform and its inverse, frame by frame. The FFT library stays behind
// this header.
#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace musicgen::audio {

// torch.stft and torch.istft with center=True, pad_mode="reflect", onesided=True and a periodic
// Hann window as long as the transform.
struct StftShape {
  int64_t n_fft = 0;  // even, from 4
  int64_t hop_samples = 0;
  bool normalized = false;  // the transform is divided by √n_fft, its inverse multiplied

  int64_t bins() const { return n_fft / 2 + 1; }
  // The centre of frame f is sample f·hop.
  int64_t Frames(int64_t samples) const { return 1 + samples / hop_samples; }
};

// Computed in double. An object serves one thread at a time.
class Stft {
 public:
  explicit Stft(const StftShape& shape);
  ~Stft();
  Stft(Stft&&) noexcept;

  const StftShape& shape() const { return shape_; }
  double window_energy() const { return window_energy_; }  // Σ w²

  // The frame's spectrum, into `spectrum` [bins]; first and last bin are real. The sound has more
  // than n_fft/2 samples.
  void Forward(std::span<const float> sound, int64_t frame,
               std::span<std::complex<double>> spectrum);

 private:
  struct Impl;
  StftShape shape_;
  double window_energy_ = 0;
  std::unique_ptr<Impl> impl_;
};

// A sound of so many samples from the Frames(samples) frames of its spectrum: the transform's exact
// inverse, and of any other spectrum the sound whose transform is nearest to it (Griffin and Lim
// 1984). Computed in double. An object serves one thread at a time.
class InverseStft {
 public:
  // hop_samples ≤ n_fft / 4, so that windows overlap everywhere. Starts as silence.
  InverseStft(const StftShape& shape, int64_t samples);
  ~InverseStft();
  InverseStft(InverseStft&&) noexcept;

  // Adds a frame's spectrum [bins], in any order of the frames; of first and last bin the real part
  // counts. Frames that are left out are zeros.
  void Add(int64_t frame, std::span<const std::complex<double>> spectrum);
  // The sound [samples] of what was added, and silence again.
  void Finish(std::span<float> sound);

 private:
  struct Impl;
  StftShape shape_;
  int64_t samples_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace musicgen::audio
