#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "api/model.h"
#include "base/error.h"
#include "checkpoint/safetensors.h"
#include "fixtures_directory.h"
#include "in_folder.h"
#include "lora_model.h"
#include "near.h"
#include "plain_model.h"
#include "tiny_model.h"
#include "train/export/export.h"
#include "train/lm/initialise.h"
#include "train/lm/training_run.h"
#include "train/lora/adapter.h"
#include "train/lora/peft_files.h"
#include "train/optim/adamw.h"

namespace musicgen::train {
namespace {

const std::string kFixtures = kFixturesDirectory;

std::vector<ItemGroup> Groups() {
  return {{{TinyItem(12, 40, 1, {1, 2, 3}), TinyItem(12, 40, 2, {})}, 0.4},
          {{TinyItem(20, 40, 3, {9, 8, 7, 6, 5})}, 1.0}};
}

Batch BatchOf(const LmModel& model) {
  return LayOut(Groups(), model.config().lm.pattern.delays, model.config().lm.special_token());
}

LoraSettings Settings(double dropout = 0.0) {
  LoraSettings settings;
  settings.rank = 3;
  settings.alpha = 6.0;
  settings.dropout = dropout;
  return settings;
}

// Its terms far from nothing.
LmModel Adapted(double dropout = 0.0) {
  LmModel model(TinyModelConfig());
  Initialise(model, 1);
  AddAdapter(model, Settings(dropout));
  FillAdapter(model, 2);
  return model;
}

TEST(Lora, ChangesNothingAtFirst) {
  LmModel model(TinyModelConfig());
  Initialise(model, 1);
  const at::NoGradGuard no_grad;
  const at::Tensor before = model.Loss(BatchOf(model)).cross_entropy;
  AddAdapter(model, Settings());
  EXPECT_TRUE(Near(model.Loss(BatchOf(model)).cross_entropy, before, 1e-6));
}

TEST(Lora, BeginsAsPeftDoes) {
  LmModel model(TinyModelConfig());
  AddAdapter(model, Settings());
  EXPECT_EQ(model.low_rank().terms().size(), 2u * 10 + 4 + 4 + 1);
  for (const LowRank& term : model.low_rank().terms()) {
    EXPECT_EQ(term.scale, 2.0);
    if (term.embedding) {
      EXPECT_EQ(term.a.abs().max().item<double>(), 0.0) << term.module;
      EXPECT_GT(term.b.std().item<double>(), 0.5) << term.module;
    } else {
      const double bound = 1.0 / std::sqrt(static_cast<double>(term.a.size(1)));
      EXPECT_LE(term.a.abs().max().item<double>(), bound) << term.module;
      EXPECT_GT(term.a.abs().max().item<double>(), 0.7 * bound) << term.module;
      EXPECT_EQ(term.b.abs().max().item<double>(), 0.0) << term.module;
    }
  }
}

TEST(Lora, AloneIsTrained) {
  LmModel model = Adapted();
  for (const Parameter& parameter : model.trained()) {
    EXPECT_THAT(parameter.names.front(), ::testing::HasSubstr(".lora_"));
  }
  EXPECT_EQ(model.trained().size(), 2 * model.low_rank().terms().size());
  model.Loss(BatchOf(model)).loss.backward();
  for (const Parameter& parameter : model.parameters()) {
    EXPECT_FALSE(parameter.value.grad().defined()) << parameter.names.front();
  }
}

TEST(Lora, MergedPredictsAsApplied) {
  LmModel model = Adapted();
  const at::NoGradGuard no_grad;
  const at::Tensor applied = model.Loss(BatchOf(model)).cross_entropy;
  model.MergeLowRank();
  EXPECT_TRUE(model.low_rank().empty());
  EXPECT_TRUE(Near(model.Loss(BatchOf(model)).cross_entropy, applied, 1e-5));
}

// W' = W + s · B A: the gradients of A and B follow from that of W', which plain arithmetic has.
TEST(Lora, HasTheGradientsOfPlainArithmetic) {
  LmModel model = Adapted(), merged = Adapted();
  merged.MergeLowRank();
  const PlainModel plain(merged);
  const at::Tensor expected = plain.Loss(Groups());
  const HeadsLoss found = model.Loss(BatchOf(model));
  ASSERT_NEAR(found.loss.item<double>() / expected.item<double>(), 1.0, 1e-5);
  expected.backward();
  found.loss.backward();
  for (const LowRank& term : model.low_rank().terms()) {
    at::Tensor whole = plain.weights().at(term.module + ".weight").grad();
    if (term.embedding) whole = whole.t();
    const at::NoGradGuard no_grad;
    EXPECT_TRUE(Near(term.a.grad(), at::mm(term.b.t(), whole) * term.scale, 1e-4)) << term.module;
    EXPECT_TRUE(Near(term.b.grad(), at::mm(whole, term.a.t()) * term.scale, 1e-4)) << term.module;
  }
}

TEST(Lora, DropsOutWhileItLearnsAlone) {
  LmModel model = Adapted(0.5);
  const auto loss = [&](std::optional<uint64_t> seed) {
    model.DropOut(seed);
    return model.Loss(BatchOf(model)).loss.item<double>();
  };
  const double first = loss(1), second = loss(2), none = loss(std::nullopt);
  EXPECT_EQ(loss(1), first);
  EXPECT_NE(first, second);
  EXPECT_NE(first, none);
  EXPECT_NEAR(first, none, 0.3 * none);
}

TEST(Lora, RefusesModulesThatAreNone) {
  LmModel model(TinyModelConfig());
  LoraSettings settings;
  settings.targets = {"q_proj", "lm_heads.4"};
  try {
    AddAdapter(model, settings);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("found lm_heads.4"));
  }
  EXPECT_TRUE(model.low_rank().empty());
}

using LoraFiles = InFolder;

void ExpectSame(const LmModel& a, const LmModel& b) {
  std::map<std::string, LowRank> by_module;
  for (const LowRank& term : b.low_rank().terms()) by_module[term.module] = term;
  ASSERT_EQ(a.low_rank().terms().size(), by_module.size());
  for (const LowRank& term : a.low_rank().terms()) {
    const LowRank& other = by_module.at(term.module);
    EXPECT_TRUE(at::equal(term.a, other.a)) << term.module;
    EXPECT_TRUE(at::equal(term.b, other.b)) << term.module;
    EXPECT_DOUBLE_EQ(term.scale, other.scale) << term.module;
  }
}

TEST_F(LoraFiles, AreContinued) {
  const LmModel model = Adapted();
  WritePeftAdapter(model, "me/base", Path("adapter"));
  LmModel again(TinyModelConfig());
  Initialise(again, 1);
  ContinueAdapter(again, Path("adapter"), 0.1);
  ExpectSame(model, again);
  const at::NoGradGuard no_grad;
  EXPECT_TRUE(at::equal(model.Loss(BatchOf(model)).cross_entropy,
                        again.Loss(BatchOf(again)).cross_entropy));
}

// Of single modules, whose rest is another size: paths instead of names, patterns of ranks.
TEST_F(LoraFiles, SayWhatIsNotCommonToAll) {
  LmModel model(TinyModelConfig());
  Initialise(model, 1);
  const std::vector<LowRank> all = Adapted().low_rank().terms();
  std::vector<LowRank> some(all.begin(), all.begin() + 6);
  some[1].a = some[1].a.detach().narrow(0, 0, 2).clone().set_requires_grad(true);
  some[1].b = some[1].b.detach().narrow(1, 0, 2).clone().set_requires_grad(true);
  some[1].scale = 5.0;
  model.AddLowRank(LowRankTerms(some, 0.0));
  WritePeftAdapter(model, "", Path("adapter"));
  LmModel again(TinyModelConfig());
  ContinueAdapter(again, Path("adapter"), 0.0);
  ExpectSame(model, again);
}

TEST_F(LoraFiles, ArePlayedByTheEngine) {
  LmModel model = ModelOfFixtures();
  Export({.model = model,
          .tokenizer_folder = kFixtures + "/tokenizer",
          .codec_folder = kFixtures + "/encodec_32khz",
          .sampling = {},
          .card = "---\nlicense: mit\n---\n"},
         ExportFormat::kHuggingFace, Path("model"));
  AddAdapter(model, Settings());
  FillAdapter(model, 2);
  WritePeftAdapter(model, "", Path("adapter"));

  ModelOptions options;
  options.model = Path("model");
  options.loras = {{Path("adapter"), 1.0}};
  options.precision = Precision::kF32;
  options.threads = 1;
  options.strict = true;
  api::Model engine(options);
  engine.Load(1, 2.0);
  GenerationRequest request;
  request.prompt = "a march for two trumpets";
  const TrainingItem item = TinyItem(30, 128, 1, engine.Tokenize(*request.prompt));
  const ScoreResult score = engine.Score(request, item.codes, /*keep_logits=*/true);
  const at::NoGradGuard no_grad;
  model.MergeLowRank();
  const at::Tensor expected = PlainModel(model).Logits(item),
                   found = at::tensor(score.conditional).view(expected.sizes());
  for (int64_t k = 0; k < 4; ++k) {
    EXPECT_TRUE(Near(found[k].narrow(0, 0, 30 - k), expected[k].narrow(0, 0, 30 - k), 1e-4));
  }
}

// Interrupted or not, with dropout; the checkpoint holds the adapter alone.
TEST_F(LoraFiles, OfARunThatWasInterrupted) {
  const auto train = [&](const std::string& name, const std::vector<int64_t>& stops) {
    std::filesystem::create_directories(Path(name));
    for (const int64_t stop : stops) {
      LmModel model(TinyModelConfig());
      Initialise(model, 1);
      AddAdapter(model, Settings(0.1));
      TrainingSettings settings;
      settings.schedule = {.updates = 6, .warmup = 0, .min_ratio = 0.1};
      settings.report_every = 0;
      TrainingRun run(model, std::make_unique<AdamW>(model.trained(), AdamWSettings{.lr = 1e-2}),
                      settings, Path(name), {});
      run.Run({.batch = [&](int64_t) { return BatchOf(model); },
               .report = {},
               .stop = [&] { return run.update() >= stop; }});
      std::filesystem::remove_all(Path(name + "-adapter"));
      WritePeftAdapter(model, "", Path(name + "-adapter"));
    }
    LmModel model(TinyModelConfig());
    ContinueAdapter(model, Path(name + "-adapter"), 0.0);
    return model;
  };
  const LmModel parts = train("parts", {2, 6}), whole = train("whole", {6});
  ExpectSame(parts, whole);
  const auto checkpoint = checkpoint::OpenSafetensors(Path("whole/checkpoint.safetensors"));
  for (const std::string& name : checkpoint->Names()) {
    EXPECT_THAT(name, ::testing::HasSubstr(".lora_"));
  }
}

}  // namespace
}  // namespace musicgen::train
