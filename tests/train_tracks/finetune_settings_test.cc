#include "train/tracks/finetune_settings.h"

#include <gtest/gtest.h>

#include "fixtures_directory.h"
#include "train/lm/run_settings.h"
#include "train/settings/settings.h"
#include "train/tracks/finetune.h"
#include "train/tracks/track_batches.h"
#include "train/tracks/track_stages.h"

namespace musicgen::train {
namespace {

TEST(FineTuneSettings, AreReadAsTheyStand) {
  const auto settings = ParseSettings(kFineTuneSettings, "finetune.yaml", {"optim.updates=50"});
  const TrainingSettings run = ReadTrainingSettings(settings, {});
  EXPECT_EQ(run.schedule.updates, 50);
  EXPECT_EQ(run.schedule.warmup, 100);
  EXPECT_EQ(run.ema.every, 10);
  const TrackBatchSettings batches = ReadTrackBatches(settings, run.accumulation, 12.0);
  EXPECT_EQ(batches.segments.segment_s, 12.0);
  EXPECT_TRUE(batches.padding_with_special_token);
  EXPECT_EQ(batches.dropout.mode, ConditionDropout::Mode::kItem);
  EXPECT_FALSE(AreOfTracks(settings));
}

TEST(FineTuneSettings, OfTheWholeRecipeAreMusicGens) {
  const auto settings =
      ReadSettings(std::string(kFixturesDirectory) + "/../../configs/training/lm.yaml", {});
  EXPECT_TRUE(AreOfTracks(settings));
  const TrainingSettings run = ReadTrainingSettings(settings, {});
  EXPECT_EQ(run.schedule.updates, 1000000);
  EXPECT_EQ(run.schedule.Factor(2000), 0.5);
  EXPECT_EQ(run.schedule.Factor(4000), 1.0);
  EXPECT_NEAR(run.schedule.Factor(502000), 0.5, 1e-12);
  EXPECT_NEAR(run.schedule.Factor(1000000), 0.0, 1e-12);
  const TrackBatchSettings batches = ReadTrackBatches(settings, 1, 1.0);
  EXPECT_EQ(batches.segments.segment_s, 30.0);
  EXPECT_EQ(batches.segments.num_samples, 192 * 2000);
  EXPECT_FALSE(batches.padding_with_special_token);
  EXPECT_EQ(batches.dropout.p, 0.3);
}

TEST(FineTuneSettings, NarrowModelsTakeLargerSteps) {
  EXPECT_DOUBLE_EQ(LearningRateOfWidth(1024), 3e-5);
  EXPECT_DOUBLE_EQ(LearningRateOfWidth(2048), 1.5e-5);
  EXPECT_DOUBLE_EQ(LearningRateOfWidth(16), 1e-3);
}

TEST(Optimizer, IsChosenByName) {
  const at::Tensor value = at::ones({3}).set_requires_grad(true);
  const Parameters parameters = {{{"w"}, value}};
  for (const char* name : {"adamw", "dadam"}) {
    const auto settings =
        ParseSettings(kFineTuneSettings, "finetune.yaml", {std::string("optim.optimizer=") + name});
    const auto optimizer = MakeOptimizer(settings, 3e-5, parameters);
    // D-Adaptation begins at a distance of 1e-6.
    value.sum().backward();
    optimizer->Step(1.0);
    EXPECT_NEAR(optimizer->learning_rate(), name[0] == 'a' ? 3e-5 : 1e-6, 1e-6) << name;
    ClearGradients(parameters);
  }
  const auto settings = ParseSettings(kFineTuneSettings, "finetune.yaml", {"optim.optimizer=sgd"});
  EXPECT_THROW(MakeOptimizer(settings, 3e-5, parameters), std::exception);
}

}  // namespace
}  // namespace musicgen::train
