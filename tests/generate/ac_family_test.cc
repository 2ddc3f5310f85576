// AudioCraft's files in every mode that its MusicGen class has: batches, two-step guidance,
// continuation, windows, melody, and the codebook patterns other than delay.

#include <gtest/gtest.h>

#include "generate/golden_model.h"

namespace musicgen {
namespace {

std::string TestName(const testing::TestParamInfo<std::string>& param_info) {
  std::string name = param_info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

class AcFamilyTest : public testing::TestWithParam<std::string> {
 protected:
  AcFamilyTest() : golden_(GetParam()) {}

  GenerationRequest Continuation(const std::string& sound, int64_t rate,
                                 std::optional<std::string> prompt, double duration_s) const {
    GenerationRequest request = Greedy(std::move(prompt), duration_s);
    request.audio_prompt = GoldenSound(golden_, sound, rate);
    return request;
  }

  Golden golden_;
  Model alone_{FixtureOptions(GetParam())};
};

class AcModesTest : public AcFamilyTest {
 protected:
  // Batches as AudioCraft makes them: shorter prompts attend to their padding.
  Model batch_{FixtureOptions(GetParam(), ReferenceDialect::kAudioCraft)};

  // The windows of the golden.
  static GenerationRequest Windowed(GenerationRequest request) {
    struct Settings {
      double max_duration_s, duration_s, stride_s;
    };
    const Settings settings = GetParam() == "ac-tiny-melody"   ? Settings{4.0, 7.0, 2.0}
                              : GetParam() == "ac-tiny-stereo" ? Settings{2.0, 4.3, 1.2}
                                                               : Settings{2.0, 5.0, 1.0};
    request.params.max_duration_s = settings.max_duration_s;
    request.params.duration_s = settings.duration_s;
    request.params.extend_stride_s = settings.stride_s;
    return request;
  }
};

TEST_P(AcModesTest, BatchOfTwo) {
  ExpectCodes(batch_, {Greedy(kPrompts[0], 2.0), Greedy(kPrompts[1], 2.0)}, golden_,
              "greedy.codes");
}

TEST_P(AcModesTest, SoundOfTheBatch) {
  const auto results =
      batch_.Generate(std::vector{Greedy(kPrompts[0], 2.0), Greedy(kPrompts[1], 2.0)});
  const Shape shape = golden_.ShapeOf("greedy.audio");  // [1, C, N], the end of sample 0
  const Waveform& sound = results[0].audio;
  ASSERT_EQ(sound.channels, shape[1]);
  std::vector<float> tail;
  for (int64_t c = 0; c < sound.channels; ++c) {
    tail.insert(tail.end(), sound.channel(c) + sound.samples - shape[2],
                sound.channel(c) + sound.samples);
  }
  EXPECT_LE(MaxAbsDiff(tail, golden_.Floats("greedy.audio")), 1e-5);
}

TEST_P(AcModesTest, BatchWithAnEmptyText) {
  ExpectCodes(batch_, {Greedy("", 1.0), Greedy(kPrompts[1], 1.0)}, golden_,
              "greedy.empty_text.codes");
}

TEST_P(AcModesTest, TwoStepGuidance) {
  std::vector<GenerationRequest> requests = {Greedy(kPrompts[0], 1.0), Greedy(kPrompts[1], 1.0)};
  for (GenerationRequest& request : requests) {
    request.params.two_step_cfg = true;
    request.params.cfg_coef = 1.7;  // AudioCraft takes the configuration's 3.0 instead
  }
  ExpectCodes(batch_, requests, golden_, "greedy.two_step.codes");
}

TEST_P(AcModesTest, Alone) {
  ExpectCodes(alone_, {Greedy(kPrompts[0], 1.0)}, golden_, "greedy.single.codes");
  ExpectCodes(alone_, {Greedy(kPrompts[1], 1.0)}, golden_, "greedy.single1.codes");
  ExpectCodes(alone_, {Greedy(std::nullopt, 1.0)}, golden_, "greedy.unconditional.codes");
  ExpectCodes(alone_, {Greedy("", 1.0)}, golden_, "greedy.unconditional.codes");
}

TEST_P(AcModesTest, Continuation) {
  ExpectCodes(alone_, {Continuation("cont.wav", 32000, kPrompts[0], 1.0)}, golden_, "cont.codes");
}

TEST_P(AcModesTest, ContinuationOfAnotherRate) {
  ExpectCodes(alone_, {Continuation("cont44.wav", 44100, std::nullopt, 1.0)}, golden_,
              "cont44.codes");
}

TEST_P(AcModesTest, Windows) {
  ExpectCodes(alone_, {Windowed(Greedy(kPrompts[0], 1.0))}, golden_, "long.codes");
  ExpectCodes(alone_, {Windowed(Continuation("cont.wav", 32000, kPrompts[0], 1.0))}, golden_,
              "long.cont.codes");
}

// The logits that predict given codes. Sample 1 has the longest prompt of its batch, so it is what
// it would be alone.
TEST_P(AcModesTest, Logits) {
  const Shape shape = golden_.ShapeOf("lm.logits_cond");
  GenerationRequest request = Greedy(kPrompts[1], 1.0);
  if (PartsOf(GetParam()).melody) {
    // The batch pads its shorter melody with silence.
    const Waveform melody = GoldenSound(golden_, "mel.wav_short");
    request.melody = Waveform(32000, 1, golden_.ShapeOf("mel.wav")[1]);
    std::copy(melody.values.begin(), melody.values.end(), request.melody->values.begin());
  }
  const ScoreResult score = alone_.Score(request, GoldenCodes(golden_, "lm.codes", 1), true);
  const std::vector<float> both = golden_.Floats("lm.logits_cond");
  EXPECT_LE(MaxAbsDiff(score.conditional, std::span(both).last(score.conditional.size())), 2e-4);
  const std::vector<float> tail = golden_.Floats("lm.logits_uncond_tail");
  const auto size = static_cast<size_t>(shape[3]);
  for (int64_t k = 0; k < shape[1]; ++k) {
    for (int64_t t = 0; t < 2; ++t) {
      const auto mine = static_cast<size_t>(k * shape[2] + shape[2] - 2 + t);
      const auto theirs = static_cast<size_t>((shape[1] + k) * 2 + t);
      EXPECT_LE(MaxAbsDiff(std::span(score.unconditional).subspan(mine * size, size),
                           std::span(tail).subspan(theirs * size, size)),
                2e-4);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, AcModesTest,
                         testing::Values("ac-tiny-mono", "ac-tiny-stereo", "ac-tiny-melody"),
                         TestName);

class AcMelodyTest : public AcModesTest {
 protected:
  GenerationRequest WithMelody(int prompt, const char* sound) const {
    GenerationRequest request = Greedy(kPrompts[prompt], 1.0);
    if (sound != nullptr) request.melody = GoldenSound(golden_, sound);
    return request;
  }
};

TEST_P(AcMelodyTest, Alone) {
  ExpectCodes(alone_, {WithMelody(0, "mel.wav")}, golden_, "melody.single.codes");
}

TEST_P(AcMelodyTest, Batches) {
  ExpectCodes(batch_, {WithMelody(0, "mel.wav"), WithMelody(1, "mel.wav_short")}, golden_,
              "melody.codes");
  ExpectCodes(batch_, {WithMelody(0, nullptr), WithMelody(1, "mel.wav_short")}, golden_,
              "melody.mixed.codes");
}

TEST_P(AcMelodyTest, WindowsMoveAlongTheMelody) {
  ExpectCodes(alone_, {Windowed(WithMelody(0, "mel.wav"))}, golden_, "long.melody.codes");
}

INSTANTIATE_TEST_SUITE_P(Models, AcMelodyTest, testing::Values("ac-tiny-melody"), TestName);

// Coarse-first and MusicLM lay out the frames that are asked for, whatever the window.
class AcPatternTest : public AcFamilyTest {};

TEST_P(AcPatternTest, Codes) {
  ExpectCodes(alone_, {Greedy(kPrompts[0], 1.0)}, golden_, "greedy.single.codes");
  ExpectCodes(alone_, {Greedy(std::nullopt, 1.0)}, golden_, "greedy.unconditional.codes");
}

TEST_P(AcPatternTest, Logits) {
  const ScoreResult score =
      alone_.Score(Greedy(kPrompts[0], 1.0), GoldenCodes(golden_, "lm.codes"), true);
  EXPECT_LE(MaxAbsDiff(score.conditional, golden_.Floats("lm.logits_cond")), 2e-4);
  EXPECT_LE(MaxAbsDiff(score.unconditional, golden_.Floats("lm.logits_uncond")), 2e-4);
}

// Prompts and windows work on every pattern, and streaming gives the offline sound.
TEST_P(AcPatternTest, PromptsAndWindowsKeepWhatIsKnown) {
  const GenerationRequest first = Greedy(kPrompts[0], 0.6);
  const auto begin = alone_.Generate(std::vector{first});
  GenerationRequest request = Greedy(kPrompts[0], 1.4);
  request.audio_prompt = begin[0].audio;
  request.params.max_duration_s = 0.9;
  request.params.extend_stride_s = 0.4;
  std::vector<float> streamed;
  GenerateOptions options;
  options.audio = [&](size_t, const Waveform& chunk) {
    streamed.insert(streamed.end(), chunk.values.begin(), chunk.values.end());
    return true;
  };
  const auto result = alone_.Generate(std::vector{request}, options);
  EXPECT_EQ(result[0].codes.frames, 70);
  const Codes known = alone_.Encode(*request.audio_prompt);
  for (int64_t k = 0; k < known.codebooks; ++k) {
    for (int64_t t = 0; t < known.frames; ++t) {
      ASSERT_EQ(result[0].codes.at(k, t), known.at(k, t));
    }
  }
  EXPECT_EQ(streamed, result[0].audio.values);
}

INSTANTIATE_TEST_SUITE_P(Models, AcPatternTest,
                         testing::Values("ac-tiny-parallel", "ac-tiny-unroll",
                                         "ac-tiny-unroll-partial", "ac-tiny-coarse",
                                         "ac-tiny-musiclm"),
                         TestName);

// Positions run far beyond those of the delay pattern.
class AcWholePieceTest : public AcFamilyTest {};

TEST_P(AcWholePieceTest, Codes) {
  ExpectCodes(alone_, {Greedy(kPrompts[0], 19.0)}, golden_, "greedy.full.codes");
}

INSTANTIATE_TEST_SUITE_P(Models, AcWholePieceTest,
                         testing::Values("ac-tiny-coarse", "ac-tiny-musiclm"), TestName);

class AcParallelTest : public AcFamilyTest {};

TEST_P(AcParallelTest, Continuation) {
  const GenerationRequest request = Continuation("cont.wav", 32000, kPrompts[0], 1.0);
  EXPECT_EQ(alone_.Encode(*request.audio_prompt).values,
            GoldenCodes(golden_, "cont.prompt_codes").values);
  ExpectCodes(alone_, {request}, golden_, "cont.codes");
}

INSTANTIATE_TEST_SUITE_P(Models, AcParallelTest, testing::Values("ac-tiny-parallel"), TestName);

// The language models of these files are stored in half precision: f16 keeps every weight, and the
// codes chosen are those of the reference in float.
class AcHalfTest : public AcFamilyTest {};

TEST_P(AcHalfTest, CodesAtHalfPrecision) {
  Model half(FixtureOptions(GetParam(), ReferenceDialect::kAuto, Precision::kF16));
  EXPECT_EQ(half.info().file_dtype, "F16");
  ExpectCodes(half, {Greedy(kPrompts[0], 1.0)}, golden_, "greedy.single.codes");
}

INSTANTIATE_TEST_SUITE_P(Models, AcHalfTest, testing::Values("ac-tiny-stereo", "ac-tiny-musiclm"),
                         TestName);

TEST(AcInfoTest, NamesTheFiles) {
  const ModelInfo info =
      Model(FixtureOptions("ac-tiny-stereo", ReferenceDialect::kAuto, Precision::kAuto)).info();
  EXPECT_EQ(info.model_type, "musicgen");
  EXPECT_EQ(info.file_dtype, "F16");
  EXPECT_EQ(info.precision, Precision::kQ8);
  EXPECT_EQ(info.codebooks, 8);
  EXPECT_EQ(info.audio_channels, 2);
}

}  // namespace
}  // namespace musicgen
