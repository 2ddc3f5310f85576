// Sound while it is made: over window boundaries, and stopped at any point.

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "generate/golden_model.h"

namespace musicgen {
namespace {

// The long tier (scripts/test-full.sh) has the whole lengths; each run has enough for every branch.
bool LongTests() { return std::getenv("MUSICGEN_LONG_TESTS") != nullptr; }

std::vector<float> Stream(Model& model, const GenerationRequest& request, Waveform* offline) {
  std::vector<float> streamed;
  GenerateOptions options;
  options.audio = [&](size_t, const Waveform& chunk) {
    streamed.insert(streamed.end(), chunk.values.begin(), chunk.values.end());
    return true;
  };
  *offline = model.Generate(std::vector{request}, options)[0].audio;
  return streamed;
}

// 65 s in windows of 10 s, or 6.5 s in windows of 1 s, sampled.
TEST(StreamingTest, AWindowedPieceIsTheOfflineSound) {
  Model model(FixtureOptions("ac-tiny-mono"));
  GenerationRequest request;
  request.prompt = kPrompts[0];
  request.params.seed = 5;
  const double scale = LongTests() ? 10.0 : 1.0;
  request.params.duration_s = 6.5 * scale;
  request.params.max_duration_s = scale;
  request.params.extend_stride_s = 0.7 * scale;
  Waveform offline;
  const std::vector<float> streamed = Stream(model, request, &offline);
  EXPECT_EQ(offline.samples, static_cast<int64_t>(6.5 * scale * 32000));
  EXPECT_EQ(streamed, offline.values);
}

// A player that begins with the first piece has sound until the next is there, and to spare.
TEST(StreamingTest, TheFirstPieceOutlastsTheNext) {
  Model model(FixtureOptions("ac-tiny-mono"));
  std::vector<int64_t> samples;
  GenerateOptions options;
  options.audio = [&](size_t, const Waveform& chunk) {
    samples.push_back(chunk.samples);
    return true;
  };
  ASSERT_TRUE(model.Generate(std::vector{Greedy(kPrompts[0], 1.0)}, options)[0].complete);
  ASSERT_GE(samples.size(), 3U);
  EXPECT_GT(samples[0], samples[1] * 5 / 4);
}

// Whoever stops, whenever: only the beginning comes back, nothing leaks (the sanitized builds
// look), and the next request is none the wiser.
TEST(StreamingTest, StoppingAtAnyPointLeavesNothingBehind) {
  Model model(FixtureOptions("ac-tiny-stereo"));
  GenerationRequest request = Greedy(kPrompts[1], 0.5);
  request.params.max_duration_s = 0.3;
  request.params.extend_stride_s = 0.2;
  const std::vector<GenerationRequest> requests = {request, Greedy(kPrompts[0], 0.3)};
  const auto whole = model.Generate(requests);
  std::mt19937 random(3);
  int before_the_end = 0;
  for (int i = 0; i < (LongTests() ? 200 : 20); ++i) {
    int calls = 0;
    const int last = static_cast<int>(random() % 30);
    const bool by_sound = random() % 4 == 0;
    GenerateOptions options;
    options.progress = [&](const GenerationProgress&) { return by_sound || calls++ < last; };
    options.audio = [&](size_t, const Waveform&) { return !by_sound || calls++ < last % 3; };
    const auto stopped = model.Generate(requests, options);
    before_the_end += !stopped[0].complete || !stopped[1].complete;
    for (size_t k = 0; k < 2; ++k) {
      const Codes& codes = stopped[k].codes;
      if (stopped[k].complete) {
        EXPECT_EQ(codes.values, whole[k].codes.values) << "point " << i;
      } else if (codes.frames > 0) {
        EXPECT_EQ(codes.values, whole[k].codes.Columns(0, codes.frames).values);
      }
    }
  }
  EXPECT_GT(before_the_end, 10);
  EXPECT_EQ(model.Generate(requests)[0].codes.values, whole[0].codes.values);
  EXPECT_EQ(model.Generate(requests)[1].audio.values, whole[1].audio.values);
}

}  // namespace
}  // namespace musicgen
