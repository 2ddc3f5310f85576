// A style model against AudioCraft: each step from the sound to its condition, the branches of
// double guidance, and the codes of every way to ask for them.

#include <gtest/gtest.h>

#include "audio/resample.h"
#include "conditioning/style_encoder.h"
#include "conditioning/style_excerpt.h"
#include "fixtures_directory.h"
#include "generate/golden_model.h"
#include "mert/mert.h"
#include "model/mert_files.h"
#include "model/model_files.h"

namespace musicgen {
namespace {

constexpr char kModel[] = "ac-tiny-style";

std::string Directory(const std::string& name) {
  return std::string(kFixturesDirectory) + "/" + name;
}

ModelOptions StyleOptions(ReferenceDialect reference = ReferenceDialect::kAuto, int threads = 2,
                          Precision precision = Precision::kF32) {
  ModelOptions options = FixtureOptions(kModel, reference, precision, threads);
  options.style_encoder = Directory("mert-tiny");
  return options;
}

class StyleStagesTest : public testing::Test {
 protected:
  StyleStagesTest() : files_(model::OpenModel(Directory(kModel), "", "")) {
    files_.style_encoder = Directory("mert-tiny");
  }

  Golden golden_{kModel};
  model::ModelFiles files_;
  ThreadPool pool_{2};
};

TEST_F(StyleStagesTest, ReadsSizesFromTheTensors) {
  const conditioning::StyleConfig& config = files_.style.value().config;
  EXPECT_EQ(config.width, 64);
  EXPECT_EQ(config.feature_width, 48);
  EXPECT_EQ(config.layers, 2);
  EXPECT_EQ(config.heads, 8);
  EXPECT_EQ(config.ffn_width, 256);
  EXPECT_EQ(config.codebooks, 6);
  EXPECT_EQ(config.codebook_size, 64);
  EXPECT_EQ(config.eval_q, 3);
  EXPECT_EQ(config.sample_rate_hz, 32000);
  EXPECT_EQ(files_.model_type, "musicgen_style");
  EXPECT_TRUE(files_.warnings.empty()) << files_.warnings.front();
}

TEST_F(StyleStagesTest, EveryStep) {
  const model::MertPart part = model::FindMert(files_);
  const mert::Mert mert(pool_, part.config, *part.tensors.source);
  const conditioning::StyleEncoder encoder(pool_, files_.style->config, files_.lm.width,
                                           *files_.lm_tensors.source);
  const Waveform sound = conditioning::StyleSound(GoldenSound(golden_, "style.wav"), 32000, 1);
  const conditioning::StyleExcerpt excerpt =
      conditioning::ChooseExcerpt(sound.samples, 32000, 3.0, std::nullopt);
  EXPECT_EQ(excerpt.start, 30400);
  EXPECT_EQ(excerpt.samples, 96000);
  const Waveform heard =
      audio::ResampleJulius(conditioning::CutExcerpt(sound, excerpt), part.config.sample_rate_hz);
  ASSERT_EQ(heard.samples, 72000);
  EXPECT_LE(MaxAbsDiff(std::span(heard.values).first(1000), golden_.Floats("style.resampled.head")),
            1e-5);
  EXPECT_LE(MaxAbsDiff(std::span(heard.values).last(1000), golden_.Floats("style.resampled.tail")),
            1e-5);

  const Features features = mert.Run(pool_, heard);
  EXPECT_LE(MaxAbsDiff(features.values, golden_.Floats("style.features")), 1e-3);
  const Features embedded = encoder.Embed(pool_, features);
  EXPECT_LE(MaxAbsDiff(embedded.values, golden_.Floats("style.embed")), 1e-3);
  const Features states = encoder.Transform(pool_, embedded);
  EXPECT_LE(MaxAbsDiff(states.values, golden_.Floats("style.transformer")), 2e-3);
  const Features normed = encoder.Normalize(states);
  EXPECT_LE(MaxAbsDiff(normed.values, golden_.Floats("style.norm")), 2e-3);
  EXPECT_EQ(encoder.Quantize(pool_, normed).values, golden_.Ints("style.codes_all"));

  const Codes codes = encoder.Encode(pool_, features, 15);
  EXPECT_EQ(codes.values, golden_.Ints("style.codes"));
  for (const int64_t books : {1, 3, 6}) {
    const std::string q = std::to_string(books);
    EXPECT_LE(
        MaxAbsDiff(encoder.Vectors(codes, books).values, golden_.Floats("style.quantized." + q)),
        1e-5);
    EXPECT_LE(
        MaxAbsDiff(encoder.Project(pool_, codes, books).values, golden_.Floats("style.cond." + q)),
        1e-4);
  }
}

TEST_F(StyleStagesTest, ExcerptsBeginWhereTheyAreAskedTo) {
  using conditioning::ChooseExcerpt;
  EXPECT_EQ(ChooseExcerpt(156800, 32000, 2.01, std::nullopt).samples, 64319);
  EXPECT_EQ(ChooseExcerpt(156800, 32000, 3.0, 0.6631875).start, 21222);
  EXPECT_EQ(ChooseExcerpt(64000, 32000, 3.0, std::nullopt).samples, 64000);
  EXPECT_EQ(ChooseExcerpt(64000, 32000, 3.0, 0.0).start, 0);
  try {
    ChooseExcerpt(128000, 32000, 3.0, 1.5);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "style_start: expected the excerpt of 3 s to begin from 0 to 1 s, found 1.5: the "
                 "sound has 4 s");
  }
}

TEST_F(StyleStagesTest, VectorsBehindTheSoundsEnd) {
  const conditioning::StyleConfig& config = files_.style->config;
  EXPECT_EQ(conditioning::OwnStyleVectors(config, 15, 64000), 10);
  EXPECT_EQ(conditioning::OwnStyleVectors(config, 15, 64001), 11);
  EXPECT_EQ(conditioning::OwnStyleVectors(config, 15, 96000), 15);
}

// One of the goldens' cases, as golden.json lists them.
struct Case {
  const char* name;
  std::vector<std::optional<int>> prompts;
  std::vector<std::optional<Range>> sounds = {};  // of style.wav, for each prompt
  GenerationParams params = {};
  bool continues = false;
  bool as_audiocraft = false;
};

constexpr Range kWhole = {0, 156800}, kShort = {0, 64000};

GenerationParams Beta(double beta) {
  GenerationParams params;
  params.cfg_coef_beta = beta;
  return params;
}

GenerationParams With(GenerationParams params, std::optional<int64_t> eval_q,
                      std::optional<double> excerpt_s, std::optional<double> start_s) {
  params.style.eval_q = eval_q;
  params.style.excerpt_s = excerpt_s;
  params.style.start_s = start_s;
  return params;
}

GenerationParams TwoStep(GenerationParams params) {
  params.two_step_cfg = true;
  return params;
}

GenerationParams Windows() {
  GenerationParams params = With(Beta(5), {}, 1.5, {});
  params.max_duration_s = 2.0;
  params.extend_stride_s = 1.0;
  params.duration_s = 2.6;
  return params;
}

GenerationParams Coefs(double cfg_coef, double beta) {
  GenerationParams params = Beta(beta);
  params.cfg_coef = cfg_coef;
  return params;
}

std::vector<Case> Cases() {
  const std::optional<int> none;
  return {
      {"greedy", {0, 1}, {}, {}, false, true},
      {"greedy.single", {0}},
      {"greedy.single1", {1}},
      {"greedy.unconditional", {none}},
      {"cont", {0}, {}, {}, true},
      {"style.text", {0}, {kWhole}, Beta(1)},  // AudioCraft's default, which is not ours
      {"style.double", {0}, {kWhole}, Beta(5)},
      {"style.double1", {1}, {kWhole}, Beta(5)},
      {"style.default", {0}, {kWhole}},
      {"style.beta1", {0}, {kWhole}, Beta(1)},
      {"style.coefs", {0}, {kWhole}, Coefs(1.7, 2.25)},
      {"style.only", {none}, {kWhole}},
      {"style.only_double", {none}, {kWhole}, Beta(5)},
      {"style.text_only", {0}, {}, Beta(5)},
      {"style.eval_q1", {0}, {kWhole}, With(Beta(5), 1, {}, {})},
      {"style.eval_q6", {0}, {kWhole}, With(Beta(5), 6, {}, {})},
      {"style.excerpt_short", {0}, {kWhole}, With(Beta(5), {}, 1.5, {})},
      {"style.excerpt_long", {0}, {kWhole}, With(Beta(5), {}, 4.5, {})},
      {"style.short", {0}, {kShort}, Beta(5)},
      {"style.drawn", {0}, {kWhole}, With(Beta(5), {}, {}, 0.6631875)},
      {"style.two_step", {0}, {kWhole}, TwoStep({})},
      {"style.two_step_double", {0}, {kWhole}, TwoStep(Beta(5))},
      {"style.batch", {0, 1}, {kWhole, kWhole}, Beta(5), false, true},
      {"style.batch_mixed", {0, 1}, {std::nullopt, kWhole}, Beta(1), false, true},
      {"style.batch_only", {none, 1}, {kWhole, kWhole}, Beta(5), false, true},
      {"style.batch_lengths", {0, 1}, {kWhole, kShort}, Beta(5), false, true},
      {"style.cont", {0}, {kWhole}, Beta(5), true},
      {"style.long", {0}, {kWhole}, Windows()},
      {"style.long_window", {0}, {kWhole}, Windows(), false, true},
      {"style.long_cont", {0}, {kWhole}, Windows(), true},
  };
}

class StyleCodesTest : public testing::TestWithParam<Case> {
 protected:
  std::vector<GenerationRequest> Requests() const {
    const Case& c = GetParam();
    std::vector<GenerationRequest> requests;
    for (size_t i = 0; i < c.prompts.size(); ++i) {
      GenerationRequest request;
      if (c.prompts[i]) request.prompt = kPrompts[*c.prompts[i]];
      request.params = c.params;
      request.params.use_sampling = false;
      if (!c.params.max_duration_s) request.params.duration_s = 0.6;
      if (i < c.sounds.size() && c.sounds[i]) {
        request.style = GoldenSound(golden_, "style.wav");
        request.style->samples = c.sounds[i]->end;
        request.style->values.resize(static_cast<size_t>(c.sounds[i]->end));
      }
      if (c.continues) request.audio_prompt = GoldenSound(golden_, "cont.wav");
      requests.push_back(std::move(request));
    }
    return requests;
  }

  Golden golden_{kModel};
};

TEST_P(StyleCodesTest, AreAudioCrafts) {
  Model model(StyleOptions(GetParam().as_audiocraft ? ReferenceDialect::kAudioCraft
                                                    : ReferenceDialect::kAuto));
  ExpectCodes(model, Requests(), golden_, std::string(GetParam().name) + ".codes");
}

TEST_P(StyleCodesTest, ConditionIsAudioCrafts) {
  const std::string name = std::string(GetParam().name) + ".cond";
  const std::vector<GenerationRequest> requests = Requests();
  // A batch of AudioCraft's is no sum of its parts.
  if (requests.size() > 1 || !golden_.Has(name) || GetParam().as_audiocraft) return;
  Model model(StyleOptions());
  const Style style = model.StyleOf(requests.front());
  EXPECT_LE(MaxAbsDiff(style.condition, golden_.Floats(name)), 2e-4);
  EXPECT_EQ(style.vectors, golden_.ShapeOf(name)[1]);
  EXPECT_EQ(style.codes.frames, style.vectors);
}

INSTANTIATE_TEST_SUITE_P(Cases, StyleCodesTest, testing::ValuesIn(Cases()),
                         [](const auto& param_info) {
                           std::string name = param_info.param.name;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

class StyleModelTest : public testing::Test {
 protected:
  GenerationRequest WithStyle(std::optional<std::string> prompt) const {
    GenerationRequest request = Greedy(std::move(prompt), 0.6);
    request.style = GoldenSound(golden_, "style.wav");
    return request;
  }
  static std::string Refusal(Model& model, const GenerationRequest& request) {
    try {
      model.Generate(std::vector{request});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput);
      return error.what();
    }
    return "";
  }

  Golden golden_{kModel};
  Model model_{StyleOptions()};
};

TEST_F(StyleModelTest, OtherRateAndChannels) {
  GenerationRequest request = Greedy(kPrompts[0], 0.6);
  request.style = GoldenSound(golden_, "style_low.wav", 16000);
  request.params = With(request.params, {}, 1.5, {});
  request.params.cfg_coef_beta = 5;
  ExpectCodes(model_, {request}, golden_, "style.low_rate.codes");
  EXPECT_LE(MaxAbsDiff(model_.StyleOf(request).condition, golden_.Floats("style.low_rate.cond")),
            2e-4);
}

// Each gets what it would get alone, on any number of threads, and what was heard before is not
// heard otherwise.
TEST_F(StyleModelTest, CompanyAndThreadsDoNotMatter) {
  GenerationRequest drawn = WithStyle(kPrompts[1]), plain = Greedy(kPrompts[0], 0.6);
  drawn.params.use_sampling = true;
  drawn.params.seed = 7;
  GenerateOptions options;
  options.decode_audio = false;
  const auto together = model_.Generate(
      std::vector{WithStyle(kPrompts[0]), drawn, plain, WithStyle(std::nullopt)}, options);
  EXPECT_EQ(together[0].codes.values, GoldenCodes(golden_, "style.double.codes").values);
  EXPECT_EQ(together[2].codes.values, GoldenCodes(golden_, "greedy.single.codes").values);
  EXPECT_EQ(together[3].codes.values, GoldenCodes(golden_, "style.only.codes").values);
  Model alone(StyleOptions(ReferenceDialect::kAuto, 1));
  for (int times = 0; times < 2; ++times) {
    EXPECT_EQ(alone.Generate(std::vector{drawn}, options)[0].codes.values,
              together[1].codes.values);
  }
}

TEST_F(StyleModelTest, BranchesOfDoubleGuidance) {
  const ScoreResult score =
      model_.Score(WithStyle(kPrompts[0]), GoldenCodes(golden_, "lm.codes"), true);
  EXPECT_LE(MaxAbsDiff(score.conditional, golden_.Floats("lm.logits_cond")), 2e-3);
  EXPECT_LE(MaxAbsDiff(score.style, golden_.Floats("lm.logits_style")), 2e-3);
  EXPECT_LE(MaxAbsDiff(score.unconditional, golden_.Floats("lm.logits_uncond")), 2e-3);
  EXPECT_LE(MaxAbsDiff(score.guided, golden_.Floats("lm.logits_guided")), 2e-2);
}

TEST_F(StyleModelTest, CodesAreTheSameAtEveryPrecision) {
  Model eight(StyleOptions(ReferenceDialect::kAuto, 2, Precision::kQ8));
  EXPECT_EQ(eight.StyleOf(WithStyle(kPrompts[0])).codes.values,
            model_.StyleOf(WithStyle(kPrompts[0])).codes.values);
}

TEST_F(StyleModelTest, SaysItsSettings) {
  const ModelInfo& info = model_.info();
  EXPECT_EQ(info.model_type, "musicgen_style");
  EXPECT_EQ(info.style.codebooks, 6);
  EXPECT_EQ(info.style.eval_q, 3);
  EXPECT_EQ(info.style.excerpt_s, 3.0);
  EXPECT_EQ(info.style.ds_factor, 15);
}

// A prompt that a window's steering brings belongs to the next window: the running one keeps its
// branches.
TEST_F(StyleModelTest, SteeringInFrontOfTheCodes) {
  GenerationRequest request = WithStyle(std::nullopt);
  request.params = Windows();
  request.params.use_sampling = false;
  Session session(model_);
  const RequestId id = session.Submit(request, {});
  Steering prompt, coef;
  prompt.prompt = kPrompts[0];
  prompt.at_step = 3;
  coef.cfg_coef = 2.0;
  coef.at_step = 5;
  session.Steer(id, prompt);
  session.Steer(id, coef);
  std::vector<Event> events;
  size_t done = 0, steered = 0;
  while (session.Step(&events)) {
  }
  for (const Event& event : events) {
    done += event.kind == Event::Kind::kDone;
    steered += event.kind == Event::Kind::kSteered;
    if (event.error) ADD_FAILURE() << event.error->what();
  }
  EXPECT_EQ(done, 1u);
  EXPECT_EQ(steered, 2u);
}

TEST_F(StyleModelTest, RefusesWhatDoesNotFit) {
  GenerationRequest melody = Greedy(kPrompts[0], 0.6);
  melody.melody = GoldenSound(golden_, "style.wav");
  EXPECT_NE(Refusal(model_, melody).find("which follows a style instead"), std::string::npos);
  GenerationRequest request = WithStyle(kPrompts[0]);
  request.params.style.eval_q = 7;
  EXPECT_EQ(Refusal(model_, request), "style_eval_q: expected a number from 1 to 6, found 7");
  request.params.style = {};
  request.params.style.excerpt_s = 31;
  EXPECT_NE(Refusal(model_, request).find("style_excerpt: expected a number from"),
            std::string::npos);
  request.params.style = {};
  request.style->samples = 500;
  request.style->values.resize(500);
  EXPECT_EQ(Refusal(model_, request),
            "style: expected enough sound for a frame of MERT's features, found 375 samples at "
            "24000 Hz");
  Model melodies(FixtureOptions("ac-tiny-melody"));
  EXPECT_NE(Refusal(melodies, WithStyle(kPrompts[0])).find("which follows a melody instead"),
            std::string::npos);
}

// Only a style needs MERT.
TEST_F(StyleModelTest, MertIsWantedWithAStyleAlone) {
  Model model(FixtureOptions(kModel));
  ExpectCodes(model, {Greedy(kPrompts[0], 0.6)}, golden_, "greedy.single.codes");
  const std::string refusal = Refusal(model, WithStyle(kPrompts[0]));
  EXPECT_NE(refusal.find("m-a-p/MERT-v1-95M is neither a folder inside"), std::string::npos)
      << refusal;
  EXPECT_NE(refusal.find("--style-encoder names its directory"), std::string::npos) << refusal;
  ModelOptions options = FixtureOptions(kModel);
  options.style_encoder = Directory("t5-tiny");
  EXPECT_THROW(Model{options}, Error);
}

// cfg_coef_beta on other models: text alone has its coefficient moved, a melody is as a style.
TEST(DoubleGuidanceTest, OfTextAloneMovesTheCoefficient) {
  Model model(FixtureOptions("ac-tiny-mono"));
  GenerationRequest beta = Greedy(kPrompts[0], 0.6, 1.5), plain = Greedy(kPrompts[0], 0.6, 3.0);
  beta.params.cfg_coef_beta = 2.0;
  GenerateOptions options;
  options.decode_audio = false;
  const auto results = model.Generate(std::vector{beta, plain}, options);
  EXPECT_EQ(results[0].codes.values, results[1].codes.values);
}

TEST(DoubleGuidanceTest, OfAMelodyHasThreeBranches) {
  const Golden golden("ac-tiny-melody");
  Model model(FixtureOptions("ac-tiny-melody"));
  GenerationRequest request = Greedy(kPrompts[0], 0.6);
  request.melody = GoldenSound(golden, "mel.wav");
  request.params.cfg_coef_beta = 2.0;
  const Codes codes = GoldenCodes(golden, "melody.single.codes");
  const ScoreResult score = model.Score(request, codes, true);
  ASSERT_EQ(score.style.size(), score.guided.size());
  for (size_t i = 0; i < score.guided.size(); i += 97) {
    const double text = score.conditional[i], melody = score.style[i],
                 null = score.unconditional[i];
    EXPECT_NEAR(score.guided[i], null + 3.0 * (melody + 2.0 * (text - melody) - null), 1e-3);
  }
}

}  // namespace
}  // namespace musicgen
