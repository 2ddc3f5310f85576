#include "audio/loudness.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "base/error.h"

namespace musicgen::audio {
namespace {

constexpr int64_t kMostChannels = 5;
constexpr double kChannelWeights[kMostChannels] = {1.0, 1.0, 1.0, 1.41, 1.41};
constexpr float kTwoPi = static_cast<float>(2 * std::numbers::pi);
constexpr double kAbsoluteGate = -70;  // LUFS
constexpr double kRelativeGate = -10;  // LU below the loudness of what passes the absolute gate

// A second-order filter whose output, not its state, is clamped to ±1: torchaudio's lfilter does so
// unless told otherwise, and its loudness does not. Audible only in hot signals. The coefficients
// are worked out in float as torchaudio's are: the rounding moves the pole near 38 Hz enough to
// shift the loudness by 1e-4 LU. The signal runs in double.
class Biquad {
 public:
  Biquad(float b0, float b1, float b2, float a0, float a1, float a2)
      : b0_(b0 / a0), b1_(b1 / a0), b2_(b2 / a0), a1_(a1 / a0), a2_(a2 / a0) {}

  // "treble_biquad" with a gain of 4 dB at 1500 Hz, Q = 1/√2.
  static Biquad HighShelf(float sample_rate_hz) {
    const float w = kTwoPi * 1500 / sample_rate_hz;
    const float alpha = std::sin(w) / 2 / static_cast<float>(1 / std::numbers::sqrt2);
    const float a = std::exp(4.0f / 40 * static_cast<float>(std::numbers::ln10));
    const float s = 2 * std::sqrt(a) * alpha;
    const float low = (a - 1) * std::cos(w);
    const float high = (a + 1) * std::cos(w);
    return Biquad(a * ((a + 1) + low + s), -2 * a * ((a - 1) + high), a * ((a + 1) + low - s),
                  (a + 1) - low + s, 2 * ((a - 1) - high), (a + 1) - low - s);
  }

  // "highpass_biquad" at 38 Hz, Q = 1/2.
  static Biquad HighPass(float sample_rate_hz) {
    const float w = kTwoPi * 38 / sample_rate_hz;
    const float alpha = std::sin(w);
    const float c = std::cos(w);
    return Biquad((1 + c) / 2, -1 - c, (1 + c) / 2, 1 + alpha, -2 * c, 1 - alpha);
  }

  double Step(double x) {
    const double y = b0_ * x + b1_ * x1_ + b2_ * x2_ - a1_ * y1_ - a2_ * y2_;
    x2_ = x1_;
    x1_ = x;
    y2_ = y1_;
    y1_ = y;
    return std::clamp(y, -1.0, 1.0);
  }

 private:
  double b0_, b1_, b2_, a1_, a2_;
  double x1_ = 0, x2_ = 0, y1_ = 0, y2_ = 0;
};

// Mean squares of the blocks of one channel.
std::vector<double> BlockEnergies(const float* x, int64_t samples, float sample_rate_hz,
                                  int64_t block, int64_t step) {
  Biquad shelf = Biquad::HighShelf(sample_rate_hz);
  Biquad high_pass = Biquad::HighPass(sample_rate_hz);
  std::vector<float> squares(static_cast<size_t>(samples));
  for (int64_t n = 0; n < samples; ++n) {
    const double y = high_pass.Step(shelf.Step(x[n]));
    squares[n] = static_cast<float>(y * y);
  }
  std::vector<double> energies;
  for (int64_t begin = 0; begin + block <= samples; begin += step) {
    double sum = 0;
    for (int64_t n = begin; n < begin + block; ++n) sum += squares[n];
    energies.push_back(sum / static_cast<double>(block));
  }
  return energies;
}

double ToLufs(double energy) { return -0.691 + 10 * std::log10(energy); }

}  // namespace

int64_t LoudnessBlockSamples(int64_t sample_rate_hz) {
  // Ties go to even here and for the step, as Python rounds.
  return static_cast<int64_t>(std::nearbyint(0.4 * static_cast<double>(sample_rate_hz)));
}

std::optional<double> IntegratedLoudness(const Waveform& wave) {
  if (wave.channels > kMostChannels || wave.sample_rate_hz < 100) {
    ThrowBadInput("loudness is defined for up to ", kMostChannels,
                  " channels at 100 Hz or more, found ", wave.channels, " at ", wave.sample_rate_hz,
                  " Hz");
  }
  const int64_t block = LoudnessBlockSamples(wave.sample_rate_hz);
  const int64_t step = static_cast<int64_t>(std::nearbyint(static_cast<double>(block) * 0.25));
  if (wave.samples < block) return std::nullopt;

  std::vector<double> energies((wave.samples - block) / step + 1, 0.0);  // over the channels
  for (int64_t c = 0; c < wave.channels; ++c) {
    const std::vector<double> of_channel = BlockEnergies(
        wave.channel(c), wave.samples, static_cast<float>(wave.sample_rate_hz), block, step);
    for (size_t b = 0; b < energies.size(); ++b) {
      energies[b] += kChannelWeights[c] * of_channel[b];
    }
  }

  // Weighting the channels before or after the mean over blocks is the same.
  const auto gated_loudness = [&](double gate) -> std::optional<double> {
    double sum = 0;
    int64_t count = 0;
    for (const double energy : energies) {
      if (!(ToLufs(energy) > gate)) continue;
      sum += energy;
      ++count;
    }
    if (count == 0) return std::nullopt;
    return ToLufs(sum / static_cast<double>(count));
  };
  const std::optional<double> ungated = gated_loudness(kAbsoluteGate);
  if (!ungated) return std::nullopt;
  return gated_loudness(std::max(kAbsoluteGate, *ungated + kRelativeGate));
}

}  // namespace musicgen::audio
