#include "conditioning/melody.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "audio/resample.h"
#include "base/error.h"
#include "checkpoint/safetensors.h"
#include "conditioning/chroma_extractor.h"
#include "conditioning/melody_projection.h"
#include "conditioning/text_projection.h"
#include "fixtures_directory.h"
#include "golden.h"

namespace musicgen::conditioning {
namespace {

// The goldens' condition tolerance is 2e-4; ours are sums of one product and a bias, or of 48
// products, in float32.
constexpr double kTolerance = 2e-5;

std::string Fixture(const std::string& path) {
  return std::string(kFixturesDirectory) + "/" + path;
}

Waveform Melody(const Golden& golden, const std::string& name) {
  const std::vector<float> values = golden.Floats(name);
  Waveform wave(32000, 1, static_cast<int64_t>(values.size()));
  wave.values = values;
  return wave;
}

std::span<const float> Rows(const std::vector<float>& values, int64_t width, int64_t first,
                            int64_t rows) {
  return std::span(values).subspan(static_cast<size_t>(first * width),
                                   static_cast<size_t>(rows * width));
}

struct HuggingFace {
  std::string directory;
  int64_t width;
};

class MelodyPrefix : public ::testing::TestWithParam<HuggingFace> {
 protected:
  std::unique_ptr<checkpoint::TensorSource> source_ =
      checkpoint::OpenSafetensorsDirectory(Fixture(GetParam().directory));
  Golden golden_{GetParam().directory};
  MelodyProjection projection_{12, GetParam().width, *source_};
  ThreadPool pool_{2};
};

TEST_P(MelodyPrefix, IsTheGoldenOne) {
  const int64_t width = GetParam().width;
  const Chroma chroma =
      ChromaExtractor().Extract(MelodySound(Melody(golden_, "mel.wav"), Reference::kHuggingFace));
  const ConditionRows melody = projection_.Project(pool_, MatchLength(chroma, 235));
  // The reference's first sample is prompt 0, 15 tokens, padded to 18.
  const TextProjection text(48, width, *source_, kernels::WeightFormat::kF32);
  std::vector<float> hidden = golden_.Floats("t5.batch.hidden");
  hidden.resize(15 * 48);
  const ConditionRows prefix = JoinPrefix(melody, text.Project(pool_, hidden, 15));
  ASSERT_EQ(prefix.rows, 250);
  const std::vector<float> expected = golden_.Floats("cond.prefix");
  EXPECT_LT(MaxAbsDiff(prefix.values, Rows(expected, width, 0, 250)), kTolerance);
  EXPECT_LT(MaxAbsDiff(melody.values, Rows(expected, width, 253, 235)), kTolerance);
}

TEST_P(MelodyPrefix, OfNoMelodyIsTheGoldenOne) {
  const ConditionRows melody = projection_.Project(pool_, NullChroma(235, 12));
  const ConditionRows text{18, melody.width, std::vector<float>(18 * melody.width)};
  EXPECT_LT(MaxAbsDiff(JoinPrefix(melody, text).values,
                       Rows(golden_.Floats("cond.prefix_null"), melody.width, 0, 253)),
            kTolerance);
}

INSTANTIATE_TEST_SUITE_P(HuggingFace, MelodyPrefix,
                         ::testing::Values(HuggingFace{"hf-tiny-melody", 80},
                                           HuggingFace{"hf-tiny-melody-stereo", 64}),
                         [](const auto& model) {
                           std::string name = model.param.directory;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// AudioCraft pads a batch's melodies to the longest one before it takes their chroma.
TEST(AudioCraftMelody, IsTheGoldenCondition) {
  const Golden golden("ac-tiny-melody");
  const auto source =
      checkpoint::OpenSafetensors(Fixture("ac-tiny-melody/melody_projection.safetensors"));
  const MelodyProjection projection(12, 64, *source);
  ThreadPool pool(2);
  const ChromaExtractor extractor;
  const Waveform wave = MelodySound(Melody(golden, "mel.wav"), Reference::kAudioCraft);
  const Waveform brief = MelodySound(Melody(golden, "mel.wav_short"), Reference::kAudioCraft);
  std::vector<float> found;
  for (const Waveform& melody : {wave, brief}) {
    const Chroma chroma = extractor.Extract(melody, wave.samples);
    const ConditionRows rows = projection.Project(pool, MatchLength(chroma, 157));
    found.insert(found.end(), rows.values.begin(), rows.values.end());
  }
  EXPECT_LT(MaxAbsDiff(found, golden.Floats("cond.self_wav")), kTolerance);
  const ConditionRows null = projection.Project(pool, NullChroma(157, 12));
  const std::vector<float> expected = golden.Floats("cond.self_wav_null");
  for (int64_t i = 0; i < 2; ++i) {
    EXPECT_LT(MaxAbsDiff(null.values, Rows(expected, 64, 157 * i, 157)), kTolerance);
  }
}

// AudioCraft represents no melody by one sample of silence.
TEST(NullChroma, IsTheChromaOfSilence) {
  const Chroma silence = ChromaExtractor().Extract(Waveform(32000, 1, 1));
  EXPECT_EQ(silence.frames, 5);
  EXPECT_EQ(MatchLength(silence, 235).values, NullChroma(235, 12).values);
}

TEST(MatchLength, RepeatsAndCuts) {
  Chroma chroma(3, 2);
  chroma.values = {0, 1, 2, 3, 4, 5};
  EXPECT_EQ(MatchLength(chroma, 7).values,
            (std::vector<float>{0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1}));
  EXPECT_EQ(MatchLength(chroma, 2).values, (std::vector<float>{0, 1, 2, 3}));
  EXPECT_EQ(MatchLength(chroma, 3).values, chroma.values);
}

TEST(MelodyWindow, ExtendsPeriodically) {
  Waveform wave(32000, 2, 3);
  wave.values = {0, 1, 2, 10, 11, 12};
  EXPECT_EQ(MelodyWindow(wave, 0, 4).values, (std::vector<float>{0, 1, 2, 0, 10, 11, 12, 10}));
  EXPECT_EQ(MelodyWindow(wave, 7, 2).values, (std::vector<float>{1, 2, 11, 12}));
}

TEST(MelodySound, ResamplesAsEachReference) {
  Waveform wave(44100, 2, 1000);
  for (size_t i = 0; i < wave.values.size(); ++i)
    wave.values[i] = std::sin(0.05f * static_cast<float>(i));
  const Waveform ac = MelodySound(wave, Reference::kAudioCraft);
  const Waveform hf = MelodySound(wave, Reference::kHuggingFace);
  EXPECT_EQ(ac.samples, 725);
  EXPECT_EQ(hf.samples, 726);
  EXPECT_EQ(ac.channels, 1);
  EXPECT_EQ(hf.channels, 1);
  EXPECT_EQ(ac.sample_rate_hz, 32000);
}

// Only transformers cuts, and does so before it pads.
TEST(MelodySound, IsCutByTransformersAlone) {
  MelodyFormat format;
  format.most_samples = 100;
  const Waveform wave(32000, 1, 1000);
  EXPECT_EQ(MelodySound(wave, Reference::kHuggingFace, format).samples, 100);
  EXPECT_EQ(MelodySound(wave, Reference::kAudioCraft, format).samples, 1000);
}

// A stereo model hears the first two of three channels, a mono model all.
TEST(MelodySound, TakesTheModelsChannels) {
  Waveform wave(32000, 3, 1);
  wave.values = {1, 2, 6};
  MelodyFormat format;
  EXPECT_EQ(MelodySound(wave, Reference::kAudioCraft, format).values[0], 3.0f);
  format.channels = 2;
  EXPECT_EQ(MelodySound(wave, Reference::kAudioCraft, format).values[0], 1.5f);
  EXPECT_EQ(MelodySound(wave, Reference::kHuggingFace, format).values[0], 3.0f);
  EXPECT_EQ(MelodySound(Waveform(32000, 1, 5), Reference::kAudioCraft, format).samples, 5);
}

TEST(MelodySound, RefusesNothing) {
  EXPECT_THROW(MelodySound(Waveform(32000, 1, 0), Reference::kAudioCraft), Error);
}

}  // namespace
}  // namespace musicgen::conditioning
