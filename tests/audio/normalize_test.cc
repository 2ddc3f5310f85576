#include "audio/normalize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "audio/golden_levels.h"
#include "audio/loudness.h"
#include "base/error.h"
#include "golden.h"

namespace musicgen::audio {
namespace {

using ::testing::HasSubstr;

NormalizeOptions With(Strategy strategy) {
  NormalizeOptions options;
  options.strategy = strategy;
  return options;
}

Waveform Ramp(int64_t samples, float peak) {
  Waveform wave(32000, 1, samples);
  for (int64_t n = 0; n < samples; ++n) {
    wave.values[n] = peak * std::sin(0.05f * static_cast<float>(n));
  }
  return wave;
}

// The goldens keep a stretch of every result: all of it, its first 2000 samples, or, of mono
// signals, samples 8000 to 10000.
std::vector<float> Stretch(const Waveform& wave, int64_t length) {
  const int64_t begin = length == wave.samples || wave.channels > 1 ? 0 : 8000;
  std::vector<float> out;
  for (int64_t c = 0; c < wave.channels; ++c) {
    out.insert(out.end(), wave.channel(c) + begin, wave.channel(c) + begin + length);
  }
  return out;
}

TEST(Normalize, EqualsAudioCraft) {
  NormalizeOptions plain = With(Strategy::kLoudness);
  plain.loudness_compressor = false;
  NormalizeOptions lower = With(Strategy::kLoudness);
  lower.loudness_headroom_db = 16;
  NormalizeOptions attenuate = With(Strategy::kPeak);
  attenuate.normalize = false;
  const std::map<std::string, NormalizeOptions> cases = {
      {"loudness", plain},
      {"loudness_compressor", With(Strategy::kLoudness)},
      {"loudness16_compressor", lower},
      {"peak", With(Strategy::kPeak)},
      {"rms", With(Strategy::kRms)},
      {"clip", With(Strategy::kClip)},
      {"peak_if_clipping", attenuate},
  };
  const Golden golden("audio");
  for (const std::string& signal : kLevelSignals) {
    for (const auto& [name, options] : cases) {
      const std::string tensor = "level." + signal + "." + name;
      SCOPED_TRACE(tensor);
      Waveform wave = LevelSignal(golden, signal);
      Normalize(wave, options);
      const std::vector<float> got = Stretch(wave, golden.ShapeOf(tensor).back());
      EXPECT_LE(MaxAbsDiff(got, golden.Floats(tensor)), 1e-5);
    }
  }
}

TEST(Normalize, ReachesTheLoudnessAskedFor) {
  Waveform wave = Ramp(64000, 0.05f);
  NormalizeOptions options;
  options.loudness_compressor = false;
  options.loudness_headroom_db = 20;
  Normalize(wave, options);
  EXPECT_NEAR(*IntegratedLoudness(wave), -20, 1e-3);
}

TEST(Normalize, LeavesSilenceAlone) {
  for (const Strategy strategy :
       {Strategy::kLoudness, Strategy::kPeak, Strategy::kRms, Strategy::kClip, Strategy::kNone}) {
    for (const int64_t samples : {0, 100, 64000}) {
      Waveform wave(32000, 2, samples);
      Normalize(wave, With(strategy));
      EXPECT_EQ(wave.values, Waveform(32000, 2, samples).values);
    }
  }
  const Waveform quiet = Ramp(64000, 2e-3f);  // RMS 1.4e-3, below the floor
  Waveform wave = quiet;
  Normalize(wave, With(Strategy::kLoudness));
  EXPECT_EQ(wave.values, quiet.values);
}

TEST(Normalize, LeavesAloneWhatTheGatesTakeForSilence) {
  Waveform constant(32000, 1, 64000);
  constant.values.assign(constant.values.size(), 0.003f);  // the high pass removes it
  Waveform wave = constant;
  Normalize(wave, With(Strategy::kLoudness));
  EXPECT_EQ(wave.values, constant.values);
}

TEST(Normalize, OppositeChannelsHaveNoRms) {
  Waveform wave(32000, 2, 1000);
  for (int64_t n = 0; n < 1000; ++n) {
    wave.channel(0)[n] = 0.5f;
    wave.channel(1)[n] = -0.5f;
  }
  const std::vector<float> before = wave.values;
  Normalize(wave, With(Strategy::kRms));
  EXPECT_EQ(wave.values, before);
}

TEST(Normalize, ScalesSoundTooShortForLoudnessByItsPeak) {
  Waveform by_loudness = Ramp(12799, 0.3f);
  Waveform by_peak = by_loudness;
  Normalize(by_loudness, With(Strategy::kLoudness));
  Normalize(by_peak, With(Strategy::kPeak));
  EXPECT_EQ(by_loudness.values, by_peak.values);
}

TEST(Normalize, NoneKeepsEveryBit) {
  const Waveform loud = Ramp(20000, 3.0f);
  Waveform wave = loud;
  Normalize(wave, With(Strategy::kNone));
  EXPECT_EQ(wave.values, loud.values);
}

TEST(Normalize, RefusesWhatIsNotFinite) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (const Strategy strategy : {Strategy::kLoudness, Strategy::kNone}) {
      Waveform wave(32000, 2, 100);
      wave.channel(1)[42] = bad;
      try {
        Normalize(wave, With(strategy));
        FAIL();
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kFailure);
        EXPECT_THAT(error.what(), HasSubstr("sample 42 of channel 1"));
      }
    }
  }
}

}  // namespace
}  // namespace musicgen::audio
