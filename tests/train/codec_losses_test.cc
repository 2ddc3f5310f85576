#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "near.h"
#include "train/codec/balancer.h"
#include "train/codec/reconstruction_losses.h"

namespace musicgen::train {
namespace {

TEST(Balancer, GivesEveryLossItsShareWhateverItsSize) {
  Balancer balancer({.weights = {{"small", 1.0}, {"large", 3.0}}});
  for (int update = 0; update < 3; ++update) {
    const at::Tensor output = at::ones({4, 1, 10}).set_requires_grad(true);
    const at::Tensor first = output.narrow(2, 0, 5), second = output.narrow(2, 5, 5);
    const at::Tensor gradient =
        balancer.Gradient({{"small", 1e-6 * first.sum()}, {"large", 1e6 * second.sum()}}, output);
    // Each loss moves five samples of an item, whose gradient has the norm of its share.
    EXPECT_NEAR(gradient[0][0][0].item<double>(), 0.25 / std::sqrt(5.0), 1e-6);
    EXPECT_NEAR(gradient[3][0][9].item<double>(), 0.75 / std::sqrt(5.0), 1e-6);
  }
}

TEST(Balancer, AveragesNormsWithoutBias) {
  Balancer balancer({.weights = {{"a", 2.0}}, .ema_decay = 0.9});
  double sum = 0, weight = 0;
  for (const double size : {1.0, 4.0, 2.0}) {
    const at::Tensor output = at::ones({1, 1, 1}).set_requires_grad(true);
    sum = 0.9 * sum + size;
    weight = 0.9 * weight + 1;
    const at::Tensor gradient = balancer.Gradient({{"a", size * output.sum()}}, output);
    EXPECT_NEAR(gradient.item<double>(), size / (sum / weight), 1e-6);
  }
  Balancer resumed({.weights = {{"a", 2.0}}, .ema_decay = 0.9});
  resumed.SetNumbers(balancer.Numbers());
  EXPECT_EQ(resumed.Numbers(), balancer.Numbers());
}

// The transform of every frame by its definition.
at::Tensor PlainMelPower(const std::vector<float>& sound, int64_t n, double rate) {
  const int64_t hop = n / 4, side = (n - hop) / 2, samples = std::ssize(sound);
  std::vector<double> padded;
  for (int64_t i = -side; i < samples + side; ++i) {
    const int64_t at = i < 0 ? -i : i >= samples ? 2 * (samples - 1) - i : i;
    padded.push_back(sound[static_cast<size_t>(at)]);
  }
  while ((std::ssize(padded) - n) % hop != 0) padded.push_back(0.0);
  const int64_t frames = (std::ssize(padded) - n) / hop + 1, bins = n / 2 + 1;
  const auto hz_of = [&](double point) {
    const auto mel = [](double hz) { return 2595 * std::log10(1 + hz / 700); };
    const double low = mel(64), high = mel(rate / 2);
    return 700 * (std::pow(10.0, (low + (high - low) * point / 65) / 2595) - 1);
  };
  at::Tensor power = at::zeros({64, frames}, at::kDouble);
  for (int64_t f = 0; f < frames; ++f) {
    for (int64_t b = 0; b < bins; ++b) {
      double re = 0, im = 0, energy = 0;
      for (int64_t i = 0; i < n; ++i) {
        const double angle = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n);
        const double w = 0.5 - 0.5 * std::cos(angle),
                     x = w * padded[static_cast<size_t>(f * hop + i)];
        re += x * std::cos(angle * static_cast<double>(b));
        im += x * std::sin(angle * static_cast<double>(b));
        energy += w * w;
      }
      const double hz = rate * static_cast<double>(b) / static_cast<double>(n);
      for (int m = 0; m < 64; ++m) {
        const double up = (hz - hz_of(m)) / (hz_of(m + 1) - hz_of(m)),
                     down = (hz_of(m + 2) - hz) / (hz_of(m + 2) - hz_of(m + 1));
        power[m][f] += std::max(0.0, std::min(up, down)) * (re * re + im * im) / energy;
      }
    }
  }
  return power;
}

TEST(MelSpectrogram, FollowsTheDefinition) {
  const int64_t n = 128, samples = 300;
  std::vector<float> sound;
  for (int64_t i = 0; i < samples; ++i) {
    sound.push_back(static_cast<float>(std::sin(0.3 * static_cast<double>(i)) * 0.1));
  }
  const MelSpectrogram mel({.sample_rate_hz = 8000, .n_fft = n});
  const at::Tensor found = mel(at::tensor(sound).view({1, 1, samples}));
  EXPECT_TRUE(Near(found[0].to(at::kDouble), PlainMelPower(sound, n, 8000), 1e-5));
}

TEST(SiSnr, IgnoresScaleAndMean) {
  at::manual_seed(1);
  const at::Tensor sound = at::randn({2, 1, 5000}), noise = at::randn({2, 1, 5000});
  const at::Tensor decoded = sound + 0.1 * noise;
  EXPECT_NEAR(SiSnr(decoded, sound).mean().item<double>(), 20.0, 0.2);
  EXPECT_TRUE(Near(SiSnr(3.0 * decoded + 1.0, sound), SiSnr(decoded, sound), 1e-4));
}

TEST(ReconstructionLosses, AreZeroForTheSameSound) {
  at::manual_seed(1);
  const ReconstructionLosses losses(32000);
  const at::Tensor sound = at::randn({1, 1, 3200});
  EXPECT_EQ(losses.L1(sound, sound).item<double>(), 0.0);
  EXPECT_EQ(losses.MultiScaleMel(sound, sound).item<double>(), 0.0);
  EXPECT_NEAR(losses.L1(sound, at::zeros_like(sound)).item<double>(), 0.8, 0.05);
}

}  // namespace
}  // namespace musicgen::train
