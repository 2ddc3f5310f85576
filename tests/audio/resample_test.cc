#include "audio/resample.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "base/error.h"
#include "golden.h"

namespace musicgen::audio {
namespace {

// The references' filters and sums are float32; ours differ in the order of the sum alone, some
// 1e-7 on values near 1. The goldens allow 2e-5; the room to 2e-6 is for other sine functions.
constexpr double kTolerance = 2e-6;

struct Rates {
  int64_t from, to;
};
constexpr Rates kGoldenRates[] = {{44100, 32000}, {48000, 32000}, {16000, 32000}, {32000, 48000}};

Waveform Sound(int64_t rate, const std::vector<float>& values) {
  Waveform wave(rate, 1, static_cast<int64_t>(values.size()));
  wave.values = values;
  return wave;
}

TEST(Resample, GivesTheGoldenSamples) {
  const Golden golden("audio");
  for (const auto& [from, to] : kGoldenRates) {
    const std::string name = "resample." + std::to_string(from) + "_" + std::to_string(to) + ".";
    SCOPED_TRACE(name);
    const Waveform in = Sound(from, golden.Floats(name + "in"));
    const Waveform julius = ResampleJulius(in, to);
    EXPECT_EQ(julius.sample_rate_hz, to);
    EXPECT_LT(MaxAbsDiff(julius.values, golden.Floats(name + "julius")), kTolerance);
    EXPECT_LT(MaxAbsDiff(ResampleTorchaudio(in, to, kMelodyFilter).values,
                         golden.Floats(name + "torchaudio")),
              kTolerance);
    EXPECT_LT(
        MaxAbsDiff(ResampleTorchaudio(in, to).values, golden.Floats(name + "torchaudio_default")),
        kTolerance);
  }
}

// Values of both libraries, where integer arithmetic would give another length included.
TEST(Resample, RoundsLengthsAsTheReferences) {
  EXPECT_EQ(JuliusLength(1000, 44100, 32000), 725);
  EXPECT_EQ(TorchaudioLength(1000, 44100, 32000), 726);
  EXPECT_EQ(JuliusLength(1000, 48000, 32000), 666);
  EXPECT_EQ(TorchaudioLength(1000, 48000, 32000), 667);
  EXPECT_EQ(JuliusLength(1000, 32000, 44100), 1378);
  EXPECT_EQ(TorchaudioLength(1000, 32000, 44100), 1379);
  EXPECT_EQ(JuliusLength(90682, 44100, 32000), 65801);      // exact: 65800.9…
  EXPECT_EQ(TorchaudioLength(90569, 44100, 32000), 65719);  // exact: 65719.0…
  EXPECT_EQ(JuliusLength(12345, 32000, 32000), 12345);
  for (const auto& [from, to] : kGoldenRates) {
    for (const int64_t samples : {1, 2, 700, 30011}) {
      const Waveform in(from, 2, samples);
      EXPECT_EQ(ResampleJulius(in, to).samples, JuliusLength(samples, from, to));
      EXPECT_EQ(ResampleTorchaudio(in, to).samples, TorchaudioLength(samples, from, to));
    }
  }
}

// Every julius filter sums to 1 within rounding, at the held ends too.
TEST(Resample, JuliusKeepsAConstant) {
  for (const Rates& rates : {Rates{44100, 32000}, {8000, 32000}, {32000, 44100}, {44101, 32000}}) {
    Waveform in(rates.from, 1, 3000);
    for (float& value : in.values) value = 0.75f;
    for (const float value : ResampleJulius(in, rates.to).values) {
      ASSERT_NEAR(value, 0.75, 1e-6) << rates.from << " to " << rates.to;
    }
  }
}

// A sine well inside both bands comes out as the same sine. 1e-3: the ripple of 24 zero crossings.
TEST(Resample, KeepsASine) {
  constexpr double kHz = 440;
  for (const int64_t from : {8000, 22050, 44100, 96000, 192000, 32001}) {
    Waveform in(from, 1, from / 4);
    const double step = 2 * M_PI * kHz;
    for (int64_t n = 0; n < in.samples; ++n) {
      in.values[n] = static_cast<float>(std::sin(step * static_cast<double>(n) / from));
    }
    const Waveform out = ResampleJulius(in, 32000);
    const Waveform other = ResampleTorchaudio(in, 32000, kMelodyFilter);
    for (int64_t n = 400; n + 400 < out.samples; ++n) {
      const double expected = std::sin(step * static_cast<double>(n) / 32000);
      ASSERT_NEAR(out.values[n], expected, 1e-3) << from << " at " << n;
      ASSERT_NEAR(other.values[n], expected, 1e-3) << from << " at " << n;
    }
  }
}

TEST(Resample, TreatsChannelsAlike) {
  Waveform in(48000, 2, 1000);
  for (size_t i = 0; i < in.values.size(); ++i)
    in.values[i] = std::sin(0.1f * static_cast<float>(i));
  const Waveform both = ResampleJulius(in, 32000);
  for (int64_t c = 0; c < 2; ++c) {
    const Waveform one =
        ResampleJulius(Sound(48000, {in.channel(c), in.channel(c) + in.samples}), 32000);
    EXPECT_EQ(one.values, std::vector<float>(both.channel(c), both.channel(c) + both.samples));
  }
}

TEST(Resample, KeepsASoundOfTheSameRate) {
  const Waveform in = Sound(32000, {1, -2, 3});
  EXPECT_EQ(ResampleJulius(in, 32000).values, in.values);
  EXPECT_EQ(ResampleTorchaudio(in, 32000).values, in.values);
}

TEST(Resample, TakesShortAndEmptySounds) {
  for (const int64_t from : {1, 7, 11025, 768000}) {
    for (const int64_t samples : {0, 1, 3}) {
      const Waveform in(from, 1, samples);
      EXPECT_EQ(ResampleJulius(in, 32000).values.size(),
                static_cast<size_t>(JuliusLength(samples, from, 32000)));
      EXPECT_EQ(ResampleTorchaudio(in, 32000).values.size(),
                static_cast<size_t>(TorchaudioLength(samples, from, 32000)));
    }
  }
}

TEST(Resample, RefusesImpossibleRates) {
  for (const int64_t rate : {int64_t{-1}, int64_t{0}, kMostSampleRate + 1}) {
    EXPECT_THROW(ResampleJulius(Waveform(rate, 1, 4), 32000), Error);
    EXPECT_THROW(ResampleTorchaudio(Waveform(32000, 1, 4), rate), Error);
  }
}

}  // namespace
}  // namespace musicgen::audio
