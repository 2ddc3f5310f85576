#include "audio/loudness.h"

#include <ebur128.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <numbers>
#include <random>
#include <utility>

#include "audio/golden_levels.h"
#include "base/error.h"
#include "golden.h"

namespace musicgen::audio {
namespace {

Waveform Sine(double amplitude, double frequency_hz, int64_t rate, int64_t channels,
              double duration_s) {
  Waveform wave(rate, channels, std::llround(duration_s * static_cast<double>(rate)));
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t n = 0; n < wave.samples; ++n) {
      const double phase =
          2 * std::numbers::pi * frequency_hz * static_cast<double>(n) / static_cast<double>(rate);
      wave.channel(c)[n] = static_cast<float>(amplitude * std::sin(phase));
    }
  }
  return wave;
}

// Noise falling off towards high frequencies as music does (leaky integral of white noise), its
// level changing every 0.7 s, so that the relative gate has work to do.
Waveform MusicLikeNoise(int64_t rate, int64_t channels, double duration_s) {
  Waveform wave(rate, channels, std::llround(duration_s * static_cast<double>(rate)));
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  for (int64_t c = 0; c < channels; ++c) {
    float value = 0;
    for (int64_t n = 0; n < wave.samples; ++n) {
      value = 0.97f * value + 0.03f * normal(random);
      const int64_t section = n * 10 / (7 * rate);
      wave.channel(c)[n] = value * (section % 4 == 3 ? 0.01f : 0.4f + 0.2f * (section % 3));
    }
  }
  return wave;
}

// libebur128: BS.1770-4 with the standard's own filters.
double StandardLoudness(const Waveform& wave) {
  const auto destroy = [](ebur128_state* state) { ebur128_destroy(&state); };
  std::unique_ptr<ebur128_state, decltype(destroy)> state(
      ebur128_init(static_cast<unsigned>(wave.channels),
                   static_cast<unsigned long>(wave.sample_rate_hz), EBUR128_MODE_I),
      destroy);
  std::vector<float> frames(wave.values.size());
  for (int64_t c = 0; c < wave.channels; ++c) {
    for (int64_t n = 0; n < wave.samples; ++n) {
      frames[n * wave.channels + c] = wave.channel(c)[n];
    }
  }
  ebur128_add_frames_float(state.get(), frames.data(), static_cast<size_t>(wave.samples));
  double loudness = 0;
  ebur128_loudness_global(state.get(), &loudness);
  return loudness;
}

TEST(Loudness, EqualsTorchaudio) {
  const Golden golden("audio");
  for (const std::string& signal : kLevelSignals) {
    SCOPED_TRACE(signal);
    const std::optional<double> loudness = IntegratedLoudness(LevelSignal(golden, signal));
    ASSERT_TRUE(loudness.has_value());
    EXPECT_NEAR(*loudness, golden.Floats("level." + signal + ".lufs")[0], 1e-3);
  }
}

// Values of torchaudio at 32 kHz, 2 s; the last one shows the clamp of its filters (−3.05 without).
TEST(Loudness, OfSinesEqualsTorchaudio) {
  EXPECT_NEAR(*IntegratedLoudness(Sine(0.1, 1000, 32000, 1, 2)), -23.050, 1e-3);
  EXPECT_NEAR(*IntegratedLoudness(Sine(0.5, 1000, 32000, 1, 2)), -9.071, 1e-3);
  EXPECT_NEAR(*IntegratedLoudness(Sine(0.1, 1000, 32000, 2, 2)), -20.040, 1e-3);
  EXPECT_NEAR(*IntegratedLoudness(Sine(1.0, 1000, 32000, 1, 2)), -3.284, 1e-3);
}

// torchaudio's filters are not quite the standard's. Over all frequencies their gains differ by at
// most 0.130 dB at 16 kHz, 0.065 dB at 32 kHz and 0.047 dB at 44.1 kHz, and so may the loudness.
TEST(Loudness, AgreesWithTheStandardAwayFromTheClamp) {
  const std::pair<int64_t, double> cases[] = {
      {16000, 0.135}, {32000, 0.07}, {44100, 0.05}, {48000, 0.05}};
  for (const auto& [rate, tolerance] : cases) {
    for (const int64_t channels : {1, 2}) {
      SCOPED_TRACE(testing::Message() << rate << " Hz, " << channels << " channels");
      const Waveform wave = MusicLikeNoise(rate, channels, 5);
      EXPECT_NEAR(*IntegratedLoudness(wave), StandardLoudness(wave), tolerance);
    }
  }
}

TEST(Loudness, OfSilenceAndShortSoundIsNone) {
  EXPECT_EQ(IntegratedLoudness(Waveform(32000, 1, 64000)), std::nullopt);
  EXPECT_EQ(IntegratedLoudness(Sine(1e-5, 1000, 32000, 1, 1)), std::nullopt);
  EXPECT_EQ(IntegratedLoudness(Waveform(32000, 1, 0)), std::nullopt);
  Waveform sound = Sine(0.5, 1000, 32000, 1, 0.4);
  EXPECT_EQ(sound.samples, LoudnessBlockSamples(32000));
  EXPECT_TRUE(IntegratedLoudness(sound).has_value());
  sound = Sine(0.5, 1000, 32000, 1, 0.3999);
  EXPECT_EQ(IntegratedLoudness(sound), std::nullopt);
}

TEST(Loudness, RefusesWhatItIsNotDefinedFor) {
  EXPECT_THROW(IntegratedLoudness(Waveform(32000, 6, 64000)), Error);
  EXPECT_THROW(IntegratedLoudness(Waveform(0, 1, 64000)), Error);
}

}  // namespace
}  // namespace musicgen::audio
