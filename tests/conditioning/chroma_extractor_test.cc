#include "conditioning/chroma_extractor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>

#include "conditioning/chroma_filters.h"
#include "golden.h"

namespace musicgen::conditioning {
namespace {

Waveform Melody(const Golden& golden, const std::string& name) {
  const std::vector<float> values = golden.Floats(name);
  Waveform wave(32000, 1, static_cast<int64_t>(values.size()));
  wave.values = values;
  return wave;
}

Waveform First(Waveform wave, int64_t samples) {
  wave.samples = samples;
  wave.values.resize(static_cast<size_t>(samples));
  return wave;
}

Waveform Sine(double hz, int64_t samples) {
  Waveform wave(32000, 1, samples);
  for (int64_t n = 0; n < samples; ++n) {
    wave.values[static_cast<size_t>(n)] =
        static_cast<float>(0.5 * std::sin(2 * M_PI * hz * static_cast<double>(n) / 32000));
  }
  return wave;
}

// [frames, classes] as [classes, frames].
std::vector<float> Transposed(const Chroma& chroma) {
  std::vector<float> out;
  for (int64_t c = 0; c < chroma.classes; ++c) {
    for (int64_t f = 0; f < chroma.frames; ++f) out.push_back(chroma.frame(f)[c]);
  }
  return out;
}

TEST(ChromaFilters, AreTheGoldenOnes) {
  const std::vector<float> filters = ChromaFilters(32000, 16384, 12);
  EXPECT_LT(MaxAbsDiff(filters, Golden("audio").Floats("chroma.filters")), 1e-6);
  const auto at = [&](size_t c, size_t bin) { return filters[c * 8193 + bin]; };
  EXPECT_NEAR(at(9, 225), 0.8661476, 1e-6);
  EXPECT_NEAR(at(8, 225), 0.1277632, 1e-6);
  EXPECT_NEAR(at(10, 225), 0.1075474, 1e-6);
  EXPECT_NEAR(at(0, 134), 0.66992, 1e-5);
  EXPECT_NEAR(std::accumulate(filters.begin(), filters.end(), 0.0), 4159.94, 0.01);
}

TEST(ChromaExtractor, GivesTransformersGoldenChroma) {
  for (const char* model : {"hf-tiny-melody", "hf-tiny-melody-stereo"}) {
    SCOPED_TRACE(model);
    const Golden golden(model);
    const Waveform wave = Melody(golden, "mel.wav");
    const ChromaExtractor extractor;
    Chroma chroma = extractor.Energies(wave);
    const std::vector<float> raw = golden.Floats("mel.chroma_raw");
    const std::vector<float> found = Transposed(chroma);
    ASSERT_EQ(found.size(), raw.size());
    // The reference's float transform carries 1e-6 of the largest energy into the small ones.
    const float loudest = *std::max_element(raw.begin(), raw.end());
    for (size_t i = 0; i < raw.size(); ++i) {
      EXPECT_NEAR(found[i], raw[i], 1e-3 * raw[i] + 1e-6 * loudest) << i;
    }
    Normalize(chroma);
    EXPECT_LT(MaxAbsDiff(Transposed(chroma), golden.Floats("mel.chroma_norm")), 1e-4);
    EXPECT_EQ(extractor.Extract(wave).values, golden.Floats("mel.features"));
    EXPECT_EQ(extractor.Extract(First(wave, 5001)).values, golden.Floats("mel.short.features"));
  }
}

TEST(ChromaExtractor, GivesAudioCraftsGoldenChroma) {
  const Golden golden("ac-tiny-melody");
  const ChromaExtractor extractor;
  for (const std::string name : {"", "_short"}) {
    const Waveform wave = Melody(golden, "mel.wav" + name);
    Chroma chroma = extractor.Energies(wave);
    Normalize(chroma);
    EXPECT_LT(MaxAbsDiff(chroma.values, golden.Floats("chroma.mel" + name + ".norm")), 1e-4);
    EXPECT_EQ(extractor.Extract(wave).values, golden.Floats("chroma.mel" + name));
  }
  EXPECT_EQ(extractor.Extract(First(Melody(golden, "mel.wav"), 5001)).values,
            golden.Floats("chroma.tiny"));
}

TEST(ChromaExtractor, HearsNotes) {
  const std::pair<double, int> notes[] = {{440, 9},    {880, 9},    {1760, 9},
                                          {261.63, 0}, {277.18, 1}, {493.88, 11}};
  for (const auto& [hz, expected] : notes) {
    const Chroma chroma = ChromaExtractor().Extract(Sine(hz, 40000));
    for (int64_t f = 0; f < chroma.frames; ++f) {
      EXPECT_EQ(chroma.frame(f)[expected], 1.0f) << hz << " Hz, frame " << f;
    }
  }
}

TEST(ChromaExtractor, CountsFrames) {
  const std::pair<int64_t, int64_t> lengths[] = {{1, 5},     {8192, 5},  {16384, 5},   {16385, 5},
                                                 {20480, 6}, {32000, 8}, {960000, 235}};
  for (const auto& [samples, frames] : lengths) {
    EXPECT_EQ(ChromaExtractor().Extract(Waveform(32000, 1, samples)).frames, frames) << samples;
  }
  EXPECT_EQ(ChromaExtractor().Extract(Waveform(32000, 1, 20000), 32000).frames, 8);
}

TEST(ChromaExtractor, TakesSilenceForTheFirstClass) {
  const Chroma chroma = ChromaExtractor().Extract(Waveform(32000, 1, 30000));
  for (int64_t f = 0; f < chroma.frames; ++f) {
    for (int64_t c = 0; c < 12; ++c) EXPECT_EQ(chroma.frame(f)[c], c == 0 ? 1.0f : 0.0f);
  }
}

// Padding by hand and by the argument are the same.
TEST(ChromaExtractor, PadsForABatch) {
  const Waveform wave = Sine(440, 21000);
  Waveform padded = wave;
  padded.samples = 54400;
  padded.values.resize(54400);
  const ChromaExtractor extractor;
  EXPECT_EQ(extractor.Energies(wave, 54400).values, extractor.Energies(padded).values);
}

TEST(ChromaExtractor, FollowsItsConfiguration) {
  const ChromaExtractor extractor({16000, 4096, 1000, 24});
  Waveform wave(16000, 1, 16000);
  for (int64_t n = 0; n < wave.samples; ++n) {
    wave.values[static_cast<size_t>(n)] =
        static_cast<float>(std::sin(2 * M_PI * 440 * n / 16000.0));
  }
  const Chroma chroma = extractor.Extract(wave);
  EXPECT_EQ(chroma.frames, 17);
  EXPECT_EQ(chroma.classes, 24);
  for (int64_t f = 0; f < chroma.frames; ++f) EXPECT_EQ(chroma.frame(f)[18], 1.0f);
}

}  // namespace
}  // namespace musicgen::conditioning
