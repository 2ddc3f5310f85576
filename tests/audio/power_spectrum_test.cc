#include "audio/power_spectrum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <vector>

namespace musicgen::audio {
namespace {

std::vector<float> Sound(size_t samples) {
  std::vector<float> sound(samples);
  for (size_t n = 0; n < samples; ++n) {
    sound[n] = std::sin(0.3f * static_cast<float>(n)) +
               0.2f * std::cos(1.1f * static_cast<float>(n * n % 97));
  }
  return sound;
}

// The definition, reflection, window and sum written out.
std::vector<double> Slowly(const std::vector<float>& sound, int64_t n_fft, int64_t centre) {
  std::vector<double> power;
  const int64_t samples = static_cast<int64_t>(sound.size());
  for (int64_t k = 0; k <= n_fft / 2; ++k) {
    std::complex<double> sum = 0;
    for (int64_t n = 0; n < n_fft; ++n) {
      int64_t at = std::abs(centre - n_fft / 2 + n);
      if (at > samples - 1) at = 2 * (samples - 1) - at;
      const double phase = 2 * M_PI * static_cast<double>(n) / static_cast<double>(n_fft);
      const double window = 0.5 - 0.5 * std::cos(phase);
      sum += window * sound[static_cast<size_t>(at)] *
             std::polar(1.0, -phase * static_cast<double>(k));
    }
    power.push_back(std::norm(sum));
  }
  return power;
}

TEST(PowerSpectrum, IsItsDefinition) {
  for (const int64_t n_fft : {4, 6, 16, 60, 128, 250}) {
    const std::vector<float> sound = Sound(301);
    PowerSpectrum spectrum(n_fft, 50);
    ASSERT_EQ(spectrum.Frames(301), 7);
    std::vector<double> power(static_cast<size_t>(spectrum.bins()));
    for (int64_t frame = 0; frame < 7; ++frame) {
      spectrum.Compute(sound, frame, power);
      const std::vector<double> expected = Slowly(sound, n_fft, 50 * frame);
      for (size_t k = 0; k < power.size(); ++k) {
        ASSERT_NEAR(power[k], expected[k], 1e-9) << n_fft << " frame " << frame << " bin " << k;
      }
    }
  }
}

TEST(PowerSpectrum, KnowsItsWindowsEnergy) {
  EXPECT_NEAR(PowerSpectrum(16384, 4096).window_energy(), 6144, 1e-9);
}

TEST(PowerSpectrum, TakesTheShortestSoundThatReflects) {
  PowerSpectrum spectrum(16, 4);
  const std::vector<float> sound = Sound(9);
  std::vector<double> power(9);
  for (int64_t frame = 0; frame < spectrum.Frames(9); ++frame) {
    spectrum.Compute(sound, frame, power);
    EXPECT_NEAR(power[3], Slowly(sound, 16, 4 * frame)[3], 1e-12);
  }
}

}  // namespace
}  // namespace musicgen::audio
