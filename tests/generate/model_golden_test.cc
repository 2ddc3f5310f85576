// Text in, codes and sound out, against transformers (tests/fixtures/hf-tiny-mono).

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "generate/golden_model.h"

namespace musicgen {
namespace {

ModelOptions TinyOptions(int threads = 2, Precision precision = Precision::kF32) {
  return FixtureOptions("hf-tiny-mono", ReferenceDialect::kAuto, precision, threads);
}

class ModelGoldenTest : public testing::Test {
 protected:
  std::vector<GenerationResult> Generate(const std::vector<GenerationRequest>& requests) {
    return model_.Generate(requests);
  }

  Model model_{TinyOptions()};
  Golden golden_{"hf-tiny-mono"};
};

TEST_F(ModelGoldenTest, GreedyBatchCodesAndAudio) {
  const auto results = Generate({Greedy(kPrompts[0], 2.0), Greedy(kPrompts[1], 2.0)});
  for (int64_t i = 0; i < 2; ++i) {
    EXPECT_EQ(results[static_cast<size_t>(i)].codes.values,
              GoldenCodes(golden_, "greedy.codes", i).values);
  }
  const std::vector<float> tail = golden_.Floats("greedy.audio");
  const Waveform& audio = results[0].audio;
  ASSERT_EQ(audio.samples, 64000);
  EXPECT_LE(MaxAbsDiff(std::span(audio.values).last(tail.size()), tail), 1e-5);
}

TEST_F(ModelGoldenTest, GreedyAlone) {
  EXPECT_EQ(Generate({Greedy(kPrompts[0], 1.0)})[0].codes.values,
            GoldenCodes(golden_, "greedy.single.codes", 0).values);
  EXPECT_EQ(Generate({Greedy(kPrompts[0], 1.0, 1.0)})[0].codes.values,
            GoldenCodes(golden_, "greedy.noguide.codes", 0).values);
  EXPECT_EQ(Generate({Greedy(std::nullopt, 1.0)})[0].codes.values,
            GoldenCodes(golden_, "greedy.unconditional.codes", 0).values);
}

// Both items, conditional, null and guided, wherever a logit predicts a code.
TEST_F(ModelGoldenTest, Logits) {
  const Shape shape = golden_.ShapeOf("lm.codes");
  const int64_t books = shape[1], frames = shape[2], size = golden_.ShapeOf("lm.logits_cond")[3];
  const int64_t columns = golden_.ShapeOf("lm.logits_cond")[2];
  const std::vector<float> all = golden_.Floats("lm.logits_cond"),
                           cond_tail = golden_.Floats("lm.logits_cond_tail"),
                           null_tail = golden_.Floats("lm.logits_uncond_tail");
  double all_diff = 0, cond_diff = 0, null_diff = 0;
  int64_t all_compared = 0, tails_compared = 0;
  for (int64_t item = 0; item < 2; ++item) {
    const ScoreResult score =
        model_.Score(Greedy(kPrompts[item], 1.0), GoldenCodes(golden_, "lm.codes", item), true);
    for (int64_t k = 0; k < books; ++k) {
      for (int64_t t = 0; t < frames; ++t) {
        const int64_t column = t + k;  // of the golden: the step before the code's own
        const auto row = [&](const std::vector<float>& from, int64_t index) {
          return std::span(from).subspan(static_cast<size_t>(index * size),
                                         static_cast<size_t>(size));
        };
        const auto mine = [&](const std::vector<float>& from) { return row(from, k * frames + t); };
        if (item == 0) {
          ++all_compared;
          all_diff = std::max(all_diff,
                              MaxAbsDiff(mine(score.conditional), row(all, k * columns + column)));
        }
        const int64_t tail = column - (columns - 2);
        if (tail < 0) continue;
        ++tails_compared;
        const int64_t index = (item * books + k) * 2 + tail;
        cond_diff = std::max(cond_diff, MaxAbsDiff(mine(score.conditional), row(cond_tail, index)));
        null_diff =
            std::max(null_diff, MaxAbsDiff(mine(score.unconditional), row(null_tail, index)));
      }
    }
  }
  EXPECT_GT(all_compared, 0);
  EXPECT_GT(tails_compared, 0);
  EXPECT_LE(all_diff, 2e-4);
  EXPECT_LE(cond_diff, 2e-4);
  EXPECT_LE(null_diff, 2e-4);
}

TEST_F(ModelGoldenTest, DecodedCodes) {
  for (const int frames : {1, 2, 3, 7, 25}) {
    const std::string name = "codec.decode." + std::to_string(frames);
    const Shape shape = golden_.ShapeOf(name + ".codes");
    Codes codes(shape[0], shape[1]);
    codes.values = golden_.Ints(name + ".codes");
    EXPECT_LE(MaxAbsDiff(model_.Decode(codes).values, golden_.Floats(name + ".audio")), 1e-5)
        << name;
  }
}

// Its weights are half-precision numbers.
TEST(ModelPrecisionTest, HalfPrecisionLosesNothingOfAHalfPrecisionModel) {
  Model f32(TinyOptions());
  Model f16(TinyOptions(2, Precision::kF16));
  const std::vector<GenerationRequest> requests = {Greedy(kPrompts[0], 0.5)};
  EXPECT_EQ(f16.Generate(requests)[0].codes.values, f32.Generate(requests)[0].codes.values);
}

TEST(ModelPrecisionTest, AutoIsEightBits) {
  EXPECT_EQ(Model(TinyOptions(1, Precision::kAuto)).info().precision, Precision::kQ8);
}

class QuantizedSeedTest : public testing::TestWithParam<Precision> {};

TEST_P(QuantizedSeedTest, TheSameSeedGivesTheSameCodesInAnyCompany) {
  GenerationRequest probe{std::string(kPrompts[1]), {}, {}, {}};
  probe.params.duration_s = 0.6;
  probe.params.seed = 77;
  Model one(TinyOptions(1, GetParam()));
  const std::vector<int32_t> expected = one.Generate(std::vector{probe})[0].codes.values;
  GenerationRequest other{std::string(kPrompts[0]), {}, {}, {}};
  other.params.duration_s = 0.5;
  for (const int threads : {2, 3}) {
    Model model(TinyOptions(threads, GetParam()));
    for (size_t position = 0; position < 3; ++position) {
      std::vector<GenerationRequest> batch(3, other);
      batch[position] = probe;
      EXPECT_EQ(model.Generate(batch)[position].codes.values, expected)
          << threads << " threads, position " << position;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, QuantizedSeedTest,
                         testing::Values(Precision::kQ8, Precision::kQ4),
                         [](const auto& test) { return PrecisionName(test.param); });

TEST(ModelSeedTest, TheSameSeedGivesTheSameCodesInAnyCompany) {
  GenerationRequest probe{std::string(kPrompts[1]), {}, {}, {}};
  probe.params.duration_s = 0.4;
  probe.params.seed = 77;
  Model one(TinyOptions(1));
  const std::vector<int32_t> expected = one.Generate(std::vector{probe})[0].codes.values;
  for (const int threads : {2, 3}) {
    Model model(TinyOptions(threads));
    for (size_t position = 0; position < 8; ++position) {
      // More requests than are stepped together: some join later.
      std::vector<GenerationRequest> batch(10, Greedy(kPrompts[0], 0.2));
      batch[position] = probe;
      EXPECT_EQ(model.Generate(batch)[position].codes.values, expected)
          << threads << " threads, position " << position;
    }
  }
}

TEST(ModelProgressTest, StoppingKeepsTheCodesMadeSoFar) {
  Model model(TinyOptions());
  GenerateOptions options;
  int64_t last = 0;
  options.progress = [&](const GenerationProgress& progress) {
    last = progress.steps_done;
    return progress.steps_done < 5;
  };
  const GenerationRequest request = Greedy(kPrompts[0], 1.0);
  const GenerationResult stopped = model.Generate({&request, 1}, options)[0];
  EXPECT_FALSE(stopped.complete);
  EXPECT_EQ(stopped.audio.samples, 0);
  const GenerationResult whole = model.Generate({&request, 1})[0];
  EXPECT_TRUE(whole.complete);
  ASSERT_GT(stopped.codes.frames, 0);
  EXPECT_EQ(stopped.codes.values, whole.codes.Columns(0, stopped.codes.frames).values);
  EXPECT_EQ(last, 5);
}

// AudioCraft's reading: "" is no text; in a batch, padding is attended to.
TEST(ModelDialectTest, AudioCraftTreatsTheEmptyPromptAsNone) {
  ModelOptions options = TinyOptions();
  options.reference = ReferenceDialect::kAudioCraft;
  Model audiocraft(options);
  Model hugging_face(TinyOptions());
  const auto codes = [](Model& model, std::vector<GenerationRequest> requests) {
    return model.Generate(requests)[0].codes.values;
  };
  const auto unconditional = codes(audiocraft, {Greedy(std::nullopt, 0.5)});
  EXPECT_EQ(codes(audiocraft, {Greedy("", 0.5)}), unconditional);
  EXPECT_NE(codes(hugging_face, {Greedy("", 0.5)}), unconditional);
  EXPECT_NE(codes(audiocraft, {Greedy(" ", 0.5)}), unconditional);
  EXPECT_EQ(codes(audiocraft, {Greedy("piano", 0.5)}), codes(hugging_face, {Greedy("piano", 0.5)}));
  EXPECT_NE(codes(audiocraft, {Greedy("piano", 0.5), Greedy(kPrompts[1], 0.5)}),
            codes(audiocraft, {Greedy("piano", 0.5)}));
}

TEST(ModelRequestTest, BadParametersAreOneSentence) {
  Model model(TinyOptions());
  const auto expect_refused = [&](auto change, const std::string& name) {
    GenerationRequest request = Greedy("piano", 0.5);
    change(request.params);
    try {
      model.Generate(std::vector{request});
      ADD_FAILURE() << name << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput);
      EXPECT_EQ(std::string(error.what()).rfind(name, 0), 0u) << error.what();
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  };
  expect_refused([](GenerationParams& p) { p.duration_s = 0.0; }, "duration");
  expect_refused([](GenerationParams& p) { p.duration_s = std::nan(""); }, "duration");
  expect_refused([](GenerationParams& p) { p.duration_s = 1e6; }, "duration");
  expect_refused(
      [](GenerationParams& p) {
        p.duration_s = 40.0;
        p.extend_stride_s = 30.0;
      },
      "extend_stride");
  expect_refused([](GenerationParams& p) { p.temperature = -1.0; }, "temperature");
  expect_refused([](GenerationParams& p) { p.top_k = -1; }, "top_k");
  expect_refused([](GenerationParams& p) { p.top_p = 1.5; }, "top_p");
  expect_refused([](GenerationParams& p) { p.cfg_coef = INFINITY; }, "cfg_coef");
}

}  // namespace
}  // namespace musicgen
