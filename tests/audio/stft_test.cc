#include "audio/stft.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <vector>

#include "audio/read.h"
#include "fixtures_directory.h"
#include "golden.h"

namespace musicgen::audio {
namespace {

using Complex = std::complex<double>;
using Spectrum = std::vector<std::vector<Complex>>;  // [frames][bins]

std::vector<float> Sound(int64_t samples) {
  std::vector<float> sound;
  for (int64_t n = 0; n < samples; ++n) {
    sound.push_back(std::sin(0.3f * static_cast<float>(n)) +
                    0.2f * std::cos(1.1f * static_cast<float>(n * n % 97)));
  }
  return sound;
}

Spectrum Forward(const StftShape& shape, const std::vector<float>& sound) {
  Stft stft(shape);
  Spectrum spectrum;
  for (int64_t f = 0; f < shape.Frames(static_cast<int64_t>(sound.size())); ++f) {
    spectrum.emplace_back(static_cast<size_t>(shape.bins()));
    stft.Forward(sound, f, spectrum.back());
  }
  return spectrum;
}

std::vector<float> Inverse(const StftShape& shape, const Spectrum& spectrum, int64_t samples) {
  InverseStft inverse(shape, samples);
  for (size_t f = 0; f < spectrum.size(); ++f) inverse.Add(static_cast<int64_t>(f), spectrum[f]);
  std::vector<float> sound(static_cast<size_t>(samples));
  inverse.Finish(sound);
  return sound;
}

double Window(int64_t n, int64_t n_fft) {
  return 0.5 - 0.5 * std::cos(2 * M_PI * static_cast<double>(n) / static_cast<double>(n_fft));
}
Complex Turn(int64_t k, int64_t n, int64_t n_fft) {
  return std::polar(1.0,
                    2 * M_PI * static_cast<double>(k * n % n_fft) / static_cast<double>(n_fft));
}

// The definitions, reflection, window and sums written out.
Complex SlowBin(const StftShape& shape, const std::vector<float>& sound, int64_t frame, int64_t k) {
  const int64_t samples = static_cast<int64_t>(sound.size());
  Complex sum = 0;
  for (int64_t n = 0; n < shape.n_fft; ++n) {
    int64_t at = std::abs(frame * shape.hop_samples - shape.n_fft / 2 + n);
    if (at > samples - 1) at = 2 * (samples - 1) - at;
    sum += Window(n, shape.n_fft) * sound[static_cast<size_t>(at)] *
           std::conj(Turn(k, n, shape.n_fft));
  }
  return shape.normalized ? sum / std::sqrt(static_cast<double>(shape.n_fft)) : sum;
}

std::vector<double> SlowInverse(const StftShape& shape, const Spectrum& spectrum, int64_t samples) {
  const int64_t n_fft = shape.n_fft;
  std::vector<double> sums(static_cast<size_t>(samples)), squares(sums.size());
  for (int64_t f = 0; f < static_cast<int64_t>(spectrum.size()); ++f) {
    for (int64_t n = 0; n < n_fft; ++n) {
      const int64_t at = f * shape.hop_samples - n_fft / 2 + n;
      if (at < 0 || at >= samples) continue;
      double value = 0;
      for (int64_t k = 0; k < n_fft; ++k) {  // the upper half mirrors the lower
        const bool real = k == 0 || 2 * k == n_fft;
        Complex bin = spectrum[static_cast<size_t>(f)][static_cast<size_t>(std::min(k, n_fft - k))];
        if (real) bin = bin.real();
        if (2 * k > n_fft) bin = std::conj(bin);
        value += (bin * Turn(k, n, n_fft)).real();
      }
      const double w = Window(n, n_fft);
      const double size = static_cast<double>(n_fft);
      sums[static_cast<size_t>(at)] += w * value / (shape.normalized ? std::sqrt(size) : size);
      squares[static_cast<size_t>(at)] += w * w;
    }
  }
  for (size_t i = 0; i < sums.size(); ++i) sums[i] /= squares[i];
  return sums;
}

std::vector<StftShape> Shapes() {
  return {{4, 1, false},  {6, 1, true},    {16, 4, false},
          {60, 13, true}, {128, 32, true}, {250, 50, false}};
}

TEST(Stft, IsItsDefinition) {
  const std::vector<float> sound = Sound(301);
  for (const StftShape& shape : Shapes()) {
    const Spectrum spectrum = Forward(shape, sound);
    for (int64_t f = 0; f < static_cast<int64_t>(spectrum.size()); f += 3) {
      for (int64_t k = 0; k < shape.bins(); ++k) {
        const Complex found = spectrum[static_cast<size_t>(f)][static_cast<size_t>(k)];
        ASSERT_NEAR(std::abs(found - SlowBin(shape, sound, f, k)), 0, 1e-10)
            << shape.n_fft << " frame " << f << " bin " << k;
      }
      EXPECT_EQ(spectrum[static_cast<size_t>(f)].front().imag(), 0);
      EXPECT_EQ(spectrum[static_cast<size_t>(f)].back().imag(), 0);
    }
  }
}

// Any spectrum, not only that of a sound; imaginary parts of the real bins must not count.
TEST(InverseStft, IsItsDefinition) {
  for (const StftShape& shape : Shapes()) {
    const int64_t samples = 2 * shape.n_fft + 1;
    Spectrum spectrum;
    for (int64_t f = 0; f < shape.Frames(samples); ++f) {
      spectrum.emplace_back();
      for (int64_t k = 0; k < shape.bins(); ++k) {
        spectrum.back().emplace_back(std::cos(static_cast<double>(f * k + k)),
                                     std::sin(static_cast<double>(3 * f + k * k)));
      }
    }
    const std::vector<float> sound = Inverse(shape, spectrum, samples);
    const std::vector<double> expected = SlowInverse(shape, spectrum, samples);
    for (size_t i = 0; i < sound.size(); ++i) {
      ASSERT_NEAR(sound[i], expected[i], 1e-6 * (1 + std::abs(expected[i]))) << shape.n_fft;
    }
  }
}

TEST(InverseStft, UndoesTheTransform) {
  for (StftShape shape : Shapes()) {
    for (const int64_t samples : {shape.n_fft / 2 + 1, shape.n_fft, int64_t{301}, int64_t{1024}}) {
      const std::vector<float> sound = Sound(samples);
      const std::vector<float> back = Inverse(shape, Forward(shape, sound), samples);
      EXPECT_LT(MaxAbsDiff(back, sound), 1e-6) << shape.n_fft << " " << samples;
    }
  }
}

TEST(InverseStft, StartsAnewAndTakesFramesInAnyOrder) {
  const StftShape shape{32, 8, true};
  const std::vector<float> sound = Sound(100);
  const Spectrum spectrum = Forward(shape, sound);
  InverseStft inverse(shape, 100);
  std::vector<float> back(100);
  for (int round = 0; round < 2; ++round) {
    for (size_t f = spectrum.size(); f-- > 0;) inverse.Add(static_cast<int64_t>(f), spectrum[f]);
    inverse.Finish(back);
    EXPECT_LT(MaxAbsDiff(back, sound), 1e-6);
  }
  inverse.Finish(back);
  EXPECT_EQ(back, std::vector<float>(100, 0.0f));
}

// What HT-Demucs reads: the clip in the middle of a segment of zeros, reflected by 1.5 hops at the
// left and as far as whole hops go at the right; its frames lie two behind torch's, and the last
// bin is dropped. The golden keeps every 153th bin.
TEST(Stft, GivesTheGoldenSpectrumOfDemucs) {
  const Golden golden("demucs-tiny");
  const Shape kept = golden.ShapeOf("spec");
  const std::vector<float> expected = golden.Floats("spec");
  const Waveform clip = ReadAudio(std::string(kFixturesDirectory) + "/demucs-tiny/clip.wav");
  ASSERT_EQ(clip.samples, 66150);
  constexpr int64_t kSegment = 85995, kBefore = 9922, kPad = 1536;
  const StftShape shape{4096, 1024, true};
  const int64_t frames = (kSegment + shape.hop_samples - 1) / shape.hop_samples;
  ASSERT_EQ(kept, (Shape{4, 14, frames}));
  Stft stft(shape);
  std::vector<Complex> spectrum(static_cast<size_t>(shape.bins()));
  double difference = 0;
  for (int64_t c = 0; c < 2; ++c) {
    std::vector<float> padded;
    for (int64_t i = -kPad; i < frames * shape.hop_samples + kPad; ++i) {
      const int64_t at = i < 0 ? -i : i >= kSegment ? 2 * (kSegment - 1) - i : i;
      const bool inside = kBefore <= at && at < kBefore + clip.samples;
      padded.push_back(inside ? clip.channel(c)[at - kBefore] : 0.0f);
    }
    for (int64_t t = 0; t < frames; ++t) {
      stft.Forward(padded, t + 2, spectrum);
      for (int64_t k = 0; k < kept[1]; ++k) {
        const Complex bin = spectrum[static_cast<size_t>(k * 153)];
        const auto at = [&](int64_t part) {
          return double{expected[static_cast<size_t>(((2 * c + part) * kept[1] + k) * frames + t)]};
        };
        difference = std::max(difference, std::abs(bin - Complex(at(0), at(1))));
      }
    }
  }
  EXPECT_LT(difference, 1e-6);  // the reference's float32 error is 2.5e-7
}

}  // namespace
}  // namespace musicgen::audio
