// Text in, codes and sound out, from AudioCraft's own files, against AudioCraft
// (tests/fixtures/ac-tiny-mono: the codec inside; ac-tiny-stereo: half precision, the codec by
// name).

#include <gtest/gtest.h>

#include <algorithm>

#include "golden.h"
#include "musicgen/musicgen.hpp"

namespace musicgen {
namespace {

const char* const kPrompts[] = {"80s pop track with bassy drums and synth",
                                "90s rock song with loud guitars and heavy drums"};

GenerationRequest Greedy(std::optional<std::string> prompt, double duration_s) {
  GenerationRequest request{std::move(prompt), {}};
  request.params.use_sampling = false;
  request.params.duration_s = duration_s;
  return request;
}

class AudioCraftGoldenTest : public testing::TestWithParam<std::string> {
 protected:
  static ModelOptions Options(ReferenceDialect reference) {
    ModelOptions options;
    options.model = std::string(MUSICGEN_FIXTURES) + "/" + GetParam();
    options.precision = Precision::kF32;
    options.reference = reference;
    options.threads = 2;
    return options;
  }
  // Sample `item` of a golden [B, K, T].
  std::vector<int32_t> GoldenCodes(const std::string& name, size_t item) const {
    const Shape shape = golden_.ShapeOf(name);
    const std::vector<int32_t> all = golden_.Ints(name);
    const auto size = static_cast<std::ptrdiff_t>(shape[1] * shape[2]);
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(item) * size;
    return {begin, begin + size};
  }
  void ExpectCodes(Model& model, const std::vector<GenerationRequest>& requests,
                   const std::string& name) {
    const auto results = model.Generate(requests).value();
    for (size_t i = 0; i < results.size(); ++i) {
      EXPECT_EQ(results[i].codes.values, GoldenCodes(name, i)) << name << ", sample " << i;
    }
  }

  Golden golden_{GetParam()};
};

// Batches as AudioCraft makes them: shorter prompts attend to their padding.
TEST_P(AudioCraftGoldenTest, GreedyBatches) {
  Model model(Options(ReferenceDialect::kAudioCraft));
  const auto results =
      model.Generate(std::vector{Greedy(kPrompts[0], 2.0), Greedy(kPrompts[1], 2.0)}).value();
  for (size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].codes.values, GoldenCodes("greedy.codes", i));
  }
  const std::vector<float> tail = golden_.Floats("greedy.audio");
  const Waveform& audio = results[0].audio;
  ASSERT_EQ(audio.samples, 64000);
  const Shape shape = golden_.ShapeOf("greedy.audio");
  ASSERT_EQ(shape[1], audio.channels);
  for (int64_t c = 0; c < audio.channels; ++c) {
    const std::span channel(audio.channel(c), static_cast<size_t>(audio.samples));
    const auto count = static_cast<size_t>(shape[2]);
    EXPECT_LE(MaxAbsDiff(channel.last(count),
                         std::span(tail).subspan(static_cast<size_t>(c) * count, count)),
              1e-4);
  }
  ExpectCodes(model, {Greedy("", 1.0), Greedy(kPrompts[1], 1.0)}, "greedy.empty_text.codes");
  std::vector<GenerationRequest> two_step = {Greedy(kPrompts[0], 1.0), Greedy(kPrompts[1], 1.0)};
  for (GenerationRequest& request : two_step) request.params.two_step_cfg = true;
  ExpectCodes(model, two_step, "greedy.two_step.codes");
}

// By default a sample gets what it would get alone, and "" is no text.
TEST_P(AudioCraftGoldenTest, GreedyAlone) {
  Model model(Options(ReferenceDialect::kAuto));
  ExpectCodes(model, {Greedy(kPrompts[0], 1.0)}, "greedy.single.codes");
  ExpectCodes(model, {Greedy(std::nullopt, 1.0)}, "greedy.unconditional.codes");
  ExpectCodes(model, {Greedy("", 1.0)}, "greedy.unconditional.codes");
}

TEST_P(AudioCraftGoldenTest, Logits) {
  const Shape shape = golden_.ShapeOf("lm.logits_cond");
  const int64_t books = shape[1], frames = shape[2], size = shape[3];
  Model model(Options(ReferenceDialect::kAudioCraft));
  Codes codes(books, frames);
  // The longer prompt of the batch: the other one attends to padding.
  codes.values = GoldenCodes("lm.codes", 1);
  const ScoreResult score = model.Score(kPrompts[1], codes, 3.0, true);
  const std::vector<float> all = golden_.Floats("lm.logits_cond");
  const auto count = static_cast<size_t>(books * frames * size);
  EXPECT_LE(MaxAbsDiff(score.conditional, std::span(all).subspan(count, count)), 2e-4);
}

INSTANTIATE_TEST_SUITE_P(Models, AudioCraftGoldenTest,
                         testing::Values("ac-tiny-mono", "ac-tiny-stereo"));

TEST(AudioCraftInfoTest, NamesTheFiles) {
  ModelOptions options;
  options.model = std::string(MUSICGEN_FIXTURES) + "/ac-tiny-stereo";
  const ModelInfo info = Model(options).info();
  EXPECT_EQ(info.model_type, "musicgen");
  EXPECT_EQ(info.file_dtype, "F16");
  EXPECT_EQ(info.precision, Precision::kF16);
  EXPECT_EQ(info.codebooks, 8);
  EXPECT_EQ(info.audio_channels, 2);
}

}  // namespace
}  // namespace musicgen
